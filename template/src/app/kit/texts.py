"""Single-line texts written by users: names of people, tenants, keys and files."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticKnownError

Texts = list[str]
"""`list[str]`, for classes with a method named `list`."""

LONGEST = 10_000
"""The most characters that are cleaned; each field has a smaller limit of its own."""
BREAKS = re.compile(r"[\s\x01-\x1f]+")
"""White space and control characters (C0), including line and paragraph separators.

NUL is not included, because it is always a mistake, and refused.
"""
UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that reverse the writing direction, break lines unexpectedly or are invisible (C1).

See https://trojansource.codes. The two joiners are kept: emoji, Persian and several Indian scripts
need them.
"""
LINKED = re.compile(r"(?<=\w)([.@:])(?=\w)")
"""Matches what mail programs turn into links: evil.example, a@b, tel:1."""
NO_LINK = "\\1\u2060"

LONGEST_NAME = 120


def seen(text: str) -> str:
    """Remove characters that make the text look like another one."""
    return UNSEEN.sub("", text)


def plain(text: str) -> str:
    """Return the text as one line, without invisible characters."""
    return BREAKS.sub(" ", seen(text)).strip()


def quoted(text: str) -> str:
    """Return another user's text for an e-mail: in quotation marks, on one line, without links."""
    words = unlinkable(text).translate({ord("“"): '"', ord("”"): '"'})
    return f"“{words}”"


def unlinkable(text: str) -> str:
    """Return the text as one line in which no mail program finds a link.

    They make links of domains and addresses too; an invisible word joiner prevents that.
    """
    return LINKED.sub(NO_LINK, plain(plain(text).replace("://", " ")))


def unlinked(text: str) -> str:
    """Return the text. Raises ValueError for a link, which e-mails would carry to others."""
    if "://" in text:
        raise ValueError("A name holds no link: leave out ://.")
    return text


def plain_name(text: str | None) -> str:
    """Clean and shorten a name from another system, and remove links, instead of refusing it."""
    known = (text or "").encode(errors="ignore").decode().replace("\0", "")
    return plain(known.replace("://", " "))[:LONGEST_NAME].strip()


def _seen(value: object) -> object:
    return seen(_bounded(value)) if isinstance(value, str) else value


def _at_most(value: object) -> object:
    """Refuse what only cleaning would make short enough: the limit is that of what is sent."""
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise PydanticKnownError("string_too_long", {"max_length": LONGEST_NAME})
    return value


def _plain(value: object) -> object:
    return plain(_bounded(value)) if isinstance(value, str) else value


def _bounded(text: str) -> str:
    """Raises ValueError for a text that is no single line: cleaning a megabyte takes too long."""
    if len(text) > LONGEST:
        raise ValueError(f"String should have at most {LONGEST} characters")
    return text


Seen = BeforeValidator(_seen)
Plain = BeforeValidator(_plain)
"""Clean what a client sends: `Annotated[str, StringConstraints(…), Plain]`."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    Plain,
    AfterValidator(unlinked),
    BeforeValidator(_at_most),
]
"""The name of a person, tenant or thing: cleaned, and refused if it contains a link."""
