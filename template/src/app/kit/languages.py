"""Languages, as tags of BCP 47: https://www.rfc-editor.org/info/bcp47"""

from typing import Annotated

from pydantic import StringConstraints

PATTERN = r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"

LanguageTag = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=PATTERN, max_length=35)
]
"""A tag such as `de` or `pt-BR`."""


def offered(tag: str, languages: tuple[str, ...]) -> str | None:
    """Return the language with this tag, in whatever case, as it is offered."""
    return next((each for each in languages if each.lower() == tag.lower()), None)
