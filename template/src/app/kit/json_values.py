"""Restrict JSON to what Python, PostgreSQL and all readers interpret the same way.

Python reads more than RFC 8259 allows and `jsonb` stores: lone surrogates, NUL characters, NaN,
numbers of any size, any depth. Control characters are refused too: terminals, logs and
spreadsheets act on them, and no person types them. The text is searched first, which takes
microseconds, or milliseconds for a megabyte; only suspicious text is parsed, to locate the fault.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

DEEPEST = 64
"""Maximum nesting; code that stores and sends values handles 200 levels or more."""
MOST = 20_000
"""Maximum number of values: parsing more would block other requests."""

STRING = re.compile(rb'"[^"]*+"')
"""A string, if no quote is escaped."""
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
ESCAPE = re.compile(rb"\\(?:u(?:[dD][89a-fA-F]|00(?:[0189]|7[fF]))|[bf])")
"""A surrogate, possibly one of a pair, or a control character."""
SURROGATE = re.compile(rb"\xed[\xa0-\xbf]")
CONTROL_BYTES = re.compile(rb"\xc2[\x80-\x9f]|\x7f")
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""C0 and C1 without tabs and line breaks. NUL has a sentence of its own."""
EXPONENT = re.compile(rb"[eE]\+?\d{2}")
DIGITS = re.compile(rb"\d+")
MANY_DIGITS = 300
"""A number with so many digits, or with an exponent of two digits, may exceed a double."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    path: Path
    sentence: str


def find_fault(text: bytes, *, most: int = MOST) -> Fault | None:
    """Return the first value that cannot be stored and sent again; None for invalid JSON.

    Invalid JSON is left to the parser that reads it afterwards.
    """
    unescaped = text.replace(rb"\\", b"").replace(rb"\"", b"")
    if unescaped.count(b'"') > 4 * most:  # each member has two strings at most
        return Fault((), _too_many(most))
    bare = STRING.sub(b"", unescaped)
    if excess := _find_excess(bare, most):
        return Fault((), excess)
    if not _is_suspicious(text, bare):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return next(_faults(value, ()), None)


def _find_excess(bare: bytes, most: int) -> str | None:
    brackets = bare.count(b"[") + bare.count(b"{")
    if brackets + bare.count(b",") >= most:
        return _too_many(most)
    if brackets > DEEPEST and _depth(bare) > DEEPEST:
        return f"Lists and objects should be nested at most {DEEPEST} deep"
    return None


def _too_many(most: int) -> str:
    return f"There should be at most {most} values"


def _is_suspicious(text: bytes, bare: bytes) -> bool:
    return bool(
        ESCAPE.search(text)
        or SURROGATE.search(text)
        or CONTROL_BYTES.search(text)
        or b"NaN" in bare
        or b"Infinity" in bare
        or EXPONENT.search(bare)
        or any(len(run) >= MANY_DIGITS for run in DIGITS.findall(bare))
    )


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
                for fault in _faults_of_text(name, path):
                    yield Fault(path, fault.sentence.replace("Input", "Names", 1))
                yield from _faults(each, (*path, name))


def _faults_of_text(text: str, path: Path) -> Iterator[Fault]:
    if "\0" in text:
        yield Fault(path, "Input should have no NUL characters")
    if CONTROL.search(text):
        yield Fault(path, "Input should have no control characters but tabs and line breaks")
    try:
        text.encode()
    except UnicodeEncodeError:
        yield Fault(path, "Input should have no lone surrogates")


def _is_storable(number: float) -> bool:
    try:
        return isfinite(number)
    except OverflowError:  # an integer too large for a double
        return False
