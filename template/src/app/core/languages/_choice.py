"""Choose a language that the app has: by a tag of BCP 47, or by what a browser prefers."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from app.kit.languages import PATTERN

from ._catalogues import languages

MOST = 20
"""The maximum of languages that are read from a header."""
WELL_FORMED = re.compile(PATTERN)


@lru_cache(maxsize=256)
def known(tag: str | None) -> str | None:
    """Return the tag as it is written, if there is a catalogue for it or for its language."""
    if not tag or not WELL_FORMED.fullmatch(tag):
        return None
    try:
        found = str(Locale.parse(tag, sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        found = tag.partition("-")[0].lower()
    return found if languages() & {found, found.partition("-")[0]} else None


@lru_cache(maxsize=256)
def preferred(accept_language: str | None) -> str | None:
    """Return the best language of the header (RFC 9110, 12.5.4) that the app has."""
    parts = (accept_language or "").split(",")[:MOST]
    ranked = sorted(map(_tag_and_quality, parts), key=lambda each: -each[1])
    return next((tag for tag in (known(tag) for tag, q in ranked if q > 0) if tag), None)


def _tag_and_quality(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    try:
        return tag.strip(), float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0
