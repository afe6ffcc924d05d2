"""Texts on one line that people write and others read: names of people, tenants, keys and files."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

BREAKS = re.compile(r"[\s\x01-\x1f]+")
"""White space and control characters (C0), line and paragraph separators among them. Not NUL,
which is a mistake wherever it comes from, and refused.
"""
UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that turn the direction of writing around (https://trojansource.codes), break lines
where nobody expects it, or are not seen (C1). The two joiners stay: emoji, Persian and several
Indian scripts need them.
"""


def seen(text: str) -> str:
    """The text without characters that make it look like another one."""
    return UNSEEN.sub("", text)


def plain(text: str) -> str:
    """The text as one line that reads as it is written."""
    return BREAKS.sub(" ", seen(text)).strip()


def unlinked(text: str) -> str:
    """Raises ValueError for a text with a link, which an e-mail would carry to strangers."""
    if "://" in text:
        raise ValueError("A name holds no link: leave out ://.")
    return text


def plain_name(text: str | None) -> str:
    """For a name that came from elsewhere, and is not refused: cleaned, cut, without links."""
    known = (text or "").encode(errors="ignore").decode().replace("\0", "")
    return plain(known.replace("://", " "))[:120].strip()


def _seen(value: object) -> object:
    return seen(value) if isinstance(value, str) else value


def _plain(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


Seen = BeforeValidator(_seen)
Plain = BeforeValidator(_plain)
"""For `Annotated[str, StringConstraints(…), Plain]`: clean what a client has sent."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    Plain,
    AfterValidator(unlinked),
]
"""Of a person, a tenant or a thing: cleaned, and refused if it holds a link."""
