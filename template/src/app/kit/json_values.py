"""What JSON may carry so that Python, PostgreSQL and every reader take the same of it.

Python reads more than RFC 8259 allows and than `jsonb` stores: lone surrogates, NUL characters,
NaN, numbers without end, any depth. The text is looked at first, by searches that cost
microseconds; only what these suspect is read, to say where the fault is.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

DEEPEST = 64
"""Lists and objects in each other; what stores and sends them again manages 200 or more."""
MOST = 50_000
"""Values in one text: to read more of them would keep all others waiting."""

STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
SUSPICIOUS = re.compile(
    rb"\\u(?:[dD][89a-fA-F]|0000)"  # a surrogate, perhaps with its other half, or NUL
    rb"|\xed[\xa0-\xbf]"  # a surrogate without an escape
    rb"|NaN|Infinity"
    rb"|(?:^|[:\[,\s])-?\d[\d.]*[eE]\+?\d{2}"  # perhaps more than a double holds
    rb"|(?:^|[:\[,\s])-?\d[\d.]{300}"
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    path: Path
    sentence: str


def find_fault(text: bytes) -> Fault | None:
    """The first thing in a JSON text that cannot be stored and sent again; None for broken JSON.

    Whoever reads the text afterwards finds what is broken.
    """
    if crowded := _find_crowd(text):
        return Fault((), crowded)
    if not SUSPICIOUS.search(text):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return next(_faults(value, ()), None)


def _find_crowd(text: bytes) -> str | None:
    brackets = text.count(b"[") + text.count(b"{")
    if brackets <= DEEPEST and brackets + text.count(b",") < MOST:
        return None
    bare = STRING.sub(b"", text)
    if bare.count(b",") + bare.count(b"[") + bare.count(b"{") >= MOST:
        return f"There should be at most {MOST} values"
    if _depth(bare) > DEEPEST:
        return f"Lists and objects should be nested at most {DEEPEST} deep"
    return None


def _depth(bare: bytes) -> int:
    deepest = depth = 0
    for bracket in bare.translate(None, NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _faults(value: Any, path: Path) -> Iterator[Fault]:
    match value:
        case str():
            yield from _faults_of_text(value, path)
        case bool():
            return
        case float() | int():
            if not _is_storable(value):
                yield Fault(path, "Input should be a number that is finite and not too large")
        case list():
            for index, each in enumerate(value):
                yield from _faults(each, (*path, index))
        case dict():
            for name, each in value.items():
                if any(_faults_of_text(name, path)):
                    yield Fault(path, "Names should have no NUL characters and no lone surrogates")
                yield from _faults(each, (*path, name))


def _faults_of_text(text: str, path: Path) -> Iterator[Fault]:
    if "\0" in text:
        yield Fault(path, "Input should have no NUL characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        yield Fault(path, "Input should have no lone surrogates")


def _is_storable(number: float) -> bool:
    try:
        return isfinite(number)
    except OverflowError:  # an integer beyond all doubles
        return False
