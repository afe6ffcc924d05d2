"""Values that Python, PostgreSQL and JSON treat differently, and bodies that contain them."""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

RAW = "\N{REPLACEMENT CHARACTER}raw"
"""Marks a string as JSON text that `json.dumps` would not write."""
WRITTEN = re.compile(r'"\\ufffdraw((?:[^"\\]|\\.)*)"')

TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfff\ud800b",
    "\ufeff\u202e\u0085",
    "\U0001f600" * 100,
    "\u0301\u0316" * 5000,
    "x" * 300,
    "x" * 100_000,
    "%00",
    "..%2f..",
    "' OR 1=1; --",
    "{}",
    "null",
    "NaN",
    "infinity",
    "-infinity",
    "1e999999999",
    "0x10",
    "2030-02-30",
    "0000-01-01",
    "-4713-01-01",
    "294277-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "24:00:00",
    "P99999999999D",
    "a@b",
    "http://[::1",
    "00000000-0000-0000-0000-000000000000",
    "[" * 2000,
)
OTHERS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.1,
    1e-320,
    -0.0,
    2**31,
    2**63,
    -(2**63) - 1,
    2**64,
    10**40,
    10**400,
    float("nan"),
    float("inf"),
    f"{RAW}1e400",
    f"{RAW}-1E+9999",
    f"{RAW}1{'0' * 5000}",
    f"{RAW}{'[' * 300}{']' * 300}",
    f"{RAW}{'[' * 60}{']' * 60}",
    f"{RAW}{'[' * 90_000}",
    f'{RAW}{{"a": 1, "a": 2}}',
    [],
    [None],
    {},
    {"a": {"b": ["\0"]}},
    {"\ud800": 1},
    [1] * 2000,
    {f"x{number}": number for number in range(2000)},
)
VALUES: tuple[Any, ...] = (*TEXTS, *OTHERS)


def bodies(body: Any, random: Random, few: int) -> Iterator[bytes]:
    """Yield copies of the body with one value replaced, `few` times."""
    places = random.choices(list(_places(body, ())), k=few)
    for place, value in zip(places, random.choices(VALUES, k=few), strict=True):
        yield as_json(_with(body, place, value))


def as_json(value: Any) -> bytes:
    """Write JSON, including values that no standard allows."""
    return WRITTEN.sub(lambda raw: str(json.loads(f'"{raw[1]}"')), json.dumps(value)).encode()


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _places(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _places(each, (*path, index))


def _with(value: Any, place: tuple[Any, ...], nasty: Any) -> Any:
    if not place:
        return nasty
    changed = value.copy()
    changed[place[0]] = _with(value[place[0]], place[1:], nasty)
    return changed
