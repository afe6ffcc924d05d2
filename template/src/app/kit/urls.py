"""URLs, stored as text."""

from typing import Annotated

from pydantic import AfterValidator, HttpUrl, TypeAdapter, WithJsonSchema

LONGEST = 2083

_HTTP_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def _normal(text: str) -> str:
    return str(_HTTP_URL.validate_python(text))


Url = Annotated[
    str,
    AfterValidator(_normal),
    WithJsonSchema({"type": "string", "format": "uri", "minLength": 1, "maxLength": LONGEST}),
]
"""An http or https URL in normal form: `HTTP://Example.com` becomes `http://example.com/`."""
