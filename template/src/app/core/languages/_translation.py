"""Translate a text that may hold values already, such as the detail of an error."""

import re
from collections.abc import Sequence
from functools import cache

from ._catalogues import catalogue, written

LONGEST = 1000
"""A longer text is no message with values."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
Patterns = Sequence[tuple[re.Pattern[str], str]]


def message(english: str) -> str:
    """Mark a constant, so that `app languages` finds it. It is translated where it is shown."""
    return english


def translate(language: str, english: str) -> str:
    """Return the translation, else the English text.

    A text with values is found by its message: `Offered are: en, de.` by `Offered are: {offered}.`
    """
    language = written(language)
    known = catalogue(language)
    if not known or not english:
        return english
    if found := known.get(english):
        return found
    if len(english) > LONGEST:
        return english
    for pattern, translation in _patterns(language):
        if match := pattern.fullmatch(english):
            return translation.format_map(match.groupdict())
    return english


@cache
def _patterns(language: str) -> Patterns:
    """Return those with the most words first: a text can match several."""
    with_values = [each for each in catalogue(language).items() if PLACEHOLDER.search(each[0])]
    ordered = sorted(with_values, key=lambda each: -len(PLACEHOLDER.sub("", each[0])))
    return [(_pattern_of(english), translation) for english, translation in ordered]


def _pattern_of(english: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for number, part in enumerate(PLACEHOLDER.split(english)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)
