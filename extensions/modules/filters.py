"""Convert answers to the forms in which files contain them."""

import json
import re
import unicodedata
from pathlib import Path

_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa", "ł": "l", "đ": "d"}
_LICENSES = Path(__file__).parent / "licenses"


def in_ascii(text: str) -> str:
    """Return `groessen` for `größen` and `senales` for `señales`, without characters that have no ASCII equivalent."""
    spelled = "".join(_SPELLED.get(character, character) for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def slug(text: str) -> str:
    """Return a package name for any project name: `cafe-nino-gmbh` for `Café Niño GmbH`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return re.sub(r"^[^a-z]+", "", words)[:40].strip("-") or "project"


def quoted(text: str) -> str:
    """Return a string literal for TOML and YAML; JSON's form is valid in both."""
    return json.dumps(text, ensure_ascii=False)


def license_text(name: str, holder: str) -> str:
    text = (_LICENSES / f"{name}.txt").read_text(encoding="utf-8")
    return text.replace("<holder>", holder)


def spdx(name: str) -> str:
    """Return the license's SPDX identifier for package metadata."""
    return "LicenseRef-Proprietary" if name == "Proprietary" else name


def toml_author(name: str, email: str) -> str:
    fields = {"name": name, "email": email}
    return "{ " + ", ".join(f"{key} = {quoted(text)}" for key, text in fields.items() if text) + " }"
