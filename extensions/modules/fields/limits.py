"""Read the limits of a field, which its table and its schema check.

    int 0..100    decimal(12, 2) >= 0    str(6) matching "[A-Z]{2}[0-9]{4}"    datetime > starts_at

`check` may stand before a comparison, and the field's own name after it: `check ends_at > starts_at`.
"""

import re
from decimal import Decimal
from typing import Any

from .field import COMPARED, NUMBERS, Field
from .patterns import alphabets, longest, read_pattern, shortest, written_pattern
from .problem import Wrong

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?<!\S)({_NUMBER})?\.\.({_NUMBER})?(?!\S)")
_COMPARED = re.compile(rf"(?:\bcheck\s+(?:([a-z]\w*)\s*)?)?(<=|>=|<|>)\s*({_NUMBER}|[a-z]\w*)(?!\S)")
_MATCHING = re.compile(r"""\bmatching\s+("[^"]*"|'[^']*')""")
# Readers of JSON whose numbers are all floats, such as JavaScript, keep no larger integer than 2**53 - 1.
INTEGERS = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**53) + 1, 2**53 - 1)}
"""The smallest and the largest value."""
FEWEST_VALUES = 10
"""Of a unique field."""


def read_limits(rest: str, name: str) -> tuple[str, dict[str, Any]]:
    """Return what is left of the text, and arguments of Field. Raises Wrong."""
    found: dict[str, Any] = {}
    if match := _MATCHING.search(rest):
        rest = rest.replace(match[0], " ", 1)
        parts = read_pattern(match[1][1:-1])
        if not parts:
            raise Wrong(
                f"the pattern {match[1]} cannot be: use characters, classes such as [A-Z0-9] and counts such as {{3}},"
                " {1,4}, ?, + and *"
            )
        found["pattern"] = written_pattern(parts)
    limits: list[str] = []
    if match := _RANGE.search(rest):
        rest = rest.replace(match[0], " ", 1)
        limits += [f"{sign} {number}" for sign, number in zip((">=", "<="), match.groups(), strict=True) if number]
        if not limits:
            raise Wrong("'..' has no number: write for example 0..100, 0.. or ..100")
    while match := _COMPARED.search(rest):
        if match[1] not in (None, name):
            raise Wrong(f"{match[0].strip()!r} compares another field: write it after {match[1]}")
        rest = rest.replace(match[0], " ", 1)
        limits.append(f"{match[2]} {match[3]}")
    if limits:
        found["limits"] = tuple(limits)
    return rest, found


def check_limits(field: Field) -> None:
    """Raises Wrong."""
    if field.pattern:
        _check_pattern(field)
    if field.limits and field.kind not in COMPARED:
        raise Wrong(f"{field.kind} takes no limits: leave {field.limits[0]!r} out")
    signs = [limit.split()[0] for limit in field.limits if not limit.split()[1][0].isalpha()]
    if signs and field.kind not in NUMBERS:
        raise Wrong(f"{field.kind} is compared with fields only: leave {field.limits[0]!r} out")
    if strict := next((sign for sign in signs if sign in "<>"), None):
        raise Wrong(f"{strict!r} takes a field, and for a number write {strict}=")
    if len(set(signs)) < len(signs):
        raise Wrong("two limits of one kind: leave one out")
    _check_bounds(field)


def _check_pattern(field: Field) -> None:
    if field.kind != "str":
        raise Wrong(f"{field.kind} takes no pattern: leave 'matching' out")
    parts = read_pattern(field.pattern)
    most = longest(parts)
    if (most is not None and most > field.length) or shortest(parts) > field.length:
        raise Wrong(f"the pattern allows more characters than str({field.length}): let both say the same")
    if field.shortest and shortest(parts) < field.shortest:
        raise Wrong("the pattern says how short the text may be: write str(n) alone")
    count = 1
    for characters in alphabets(parts):
        count *= len(characters)
    if (field.unique or field.index) and count < FEWEST_VALUES:
        raise Wrong("too few texts match the pattern for unique or index: use an enum, or leave it out")


def _check_bounds(field: Field) -> None:
    low, high = field.bounds
    for number in filter(None, (low, high)):
        if not _is_number(field, number):
            raise Wrong(f"the limit {number} is no {field.kind}: give one that is")
    if low is not None and high is not None and Decimal(low) >= Decimal(high):
        raise Wrong(f"{low}..{high}: the first number must be smaller than the second")
    if field.unique and field.kind in INTEGERS and _counted(field, low, high) < FEWEST_VALUES:
        raise Wrong("too few numbers are within the limits for unique: use an enum, or leave unique out")
    if high is not None and field.comparisons:
        raise Wrong("a field that is compared with another has no upper limit: leave one of the two out")


def _is_number(field: Field, number: str) -> bool:
    value, places = Decimal(number), len(number.partition(".")[2])
    match field.kind:
        case "decimal":
            return places <= field.places and abs(value) < Decimal(10) ** (field.digits - field.places)
        case kind if kind in INTEGERS:
            least, most = INTEGERS[kind]
            return not places and least <= value <= most
        case _:
            return len(number) <= 15


def _counted(field: Field, low: str | None, high: str | None) -> int:
    """Return how many numbers there are, of an int or bigint."""
    least, most = INTEGERS[field.kind]
    return (most if high is None else int(high)) - (least if low is None else int(low)) + 1
