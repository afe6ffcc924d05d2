"""The look of pages and e-mails: `brand.toml` in the client's folder says it once for both."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
FILE = "brand.toml"
IMAGES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".webp": "image/webp"}
FILE_NAME = r"^([\w-]+\.(png|svg|jpg|webp))?$"


class BrandInvalid(ValueError):
    """brand.toml cannot be used. The message says what to write instead."""


class Brand(BaseModel):
    """A colour is like #1d4ed8. `logo` is the name of an image in the same folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colour: Colour = "#1d4ed8"
    colour_on_dark: Colour = "#93b4ff"
    logo: Annotated[str, Field(pattern=FILE_NAME)] = ""
    footer: str = ""

    @property
    def media_type(self) -> str:
        return IMAGES[Path(self.logo).suffix]


def load_brand(folder: Path) -> Brand:
    """Raises BrandInvalid. Without a file, the brand is the standard's."""
    file = folder / FILE
    if not file.exists():
        return Brand()
    try:
        brand = Brand.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise BrandInvalid(f'{file}: {error}. Write it as TOML: colour = "#1d4ed8"') from error
    except ValidationError as error:
        wrong = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        raise BrandInvalid(f"{file}: {wrong}") from error
    if brand.logo and not (folder / brand.logo).is_file():
        raise BrandInvalid(f"{file}: logo: there is no {brand.logo} beside it. Put it there.")
    return brand
