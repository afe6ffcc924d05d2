"""Values within the limits of a column: CHECK constraints that are named `COLUMN_is_allowed`."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table

PART = re.compile(r"(?:\[(?P<set>[^\]]+)\]|(?P<one>.))(?:\{(?P<least>\d+)(?:,\d*)?\})?")
BOUND = r"\b{}\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)"
LEAST = r"\blength\({}\)\s*>=\s*(\d+)"
PATTERN = r"\b{}\s*~\s*'\^([^']*)\$'"
COMPARED = re.compile(r"\b([a-z]\w*)\s*(<|>)=?\s*([a-z]\w*)")
START: dict[type[Any], Any] = {
    int: 1,
    float: 1.0,
    Decimal: Decimal(0),
    date: date(2030, 1, 2),
    datetime: datetime(2030, 1, 2, tzinfo=UTC),
    time: time(1),
    timedelta: timedelta(hours=1),
}


def limited(column: Column[Any], number: int) -> Any:
    """Return a value that the table allows, another one for each number, or None without limits."""
    checks = " AND ".join(_checks(column.table))
    if found := re.search(PATTERN.format(column.name), checks):
        return matching(found[1], number)
    if found := re.search(LEAST.format(column.name), checks):
        longest = getattr(column.type, "length", None) or 9
        return str(number % 10**longest).zfill(int(found[1]))
    bounds = dict(re.findall(BOUND.format(column.name), checks))
    rank = _ranks(checks).get(column.name)
    if rank is not None:
        return _ranked(column.type.python_type, rank, bounds.get(">="))
    return _between(column, number, bounds) if bounds else None


def matching(pattern: str, number: int) -> str:
    """Return the shortest text with this number that matches characters and classes with counts."""
    text = ""
    for part in reversed([*PART.finditer(pattern)]):
        characters = _members(part["set"] or part["one"])
        for _ in range(int(part["least"] or 1)):
            number, place = divmod(number, len(characters))
            text = characters[place] + text
    return text


def _checks(table: Any) -> Iterator[str]:
    assert isinstance(table, Table)
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.name).endswith("_is_allowed"):
            yield str(constraint.sqltext).replace("\\:", ":")


def _members(characters: str) -> str:
    return "".join(
        single or "".join(map(chr, range(ord(first), ord(last) + 1)))
        for first, last, single in re.findall(r"(\w)-(\w)|(.)", characters)
    )


def _ranks(checks: str) -> dict[str, int]:
    """Return how many columns must be less than each that is compared."""
    pairs = [
        (left, right) if sign == "<" else (right, left)
        for left, sign, right in COMPARED.findall(checks)
    ]
    ranks = {name: 0 for pair in pairs for name in pair}
    for _ in pairs:
        for low, high in pairs:
            ranks[high] = max(ranks[high], ranks[low] + 1)
    return ranks


def _ranked(kind: Any, rank: int, low: str | None) -> Any:
    if low is not None:
        return kind(low) + rank
    if kind is time:
        return time(1 + rank)
    step = timedelta(days=1) if isinstance(START[kind], date | timedelta) else kind(1)
    return START[kind] + step * rank


def _between(column: Column[Any], number: int, bounds: dict[str, str]) -> Any:
    low, high = (Decimal(bounds[sign]) if sign in bounds else None for sign in (">=", "<="))
    step = Decimal(1).scaleb(-(getattr(column.type, "scale", None) or 0))
    digits = getattr(column.type, "precision", None)
    greatest = (10**digits - 1 if digits else 30_000) * step
    if low is None:
        high = high or Decimal(0)
        low = max(-greatest, high - 30_000 * step)
    elif high is None:
        high = greatest if digits else low + greatest
    value = low + number % (int((high - low) / step) + 1) * step
    return column.type.python_type(value)
