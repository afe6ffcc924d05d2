"""Filters of lists besides equality, which a description asks for: `filters(range, several, empty)`."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .field import COMPARED, FILTERED, Field
from .kinds import PLAIN_KINDS
from .types import INTEGER_RANGE, python_type, query_type

_HOW = {"range": ("from", "to"), "several": ("any",), "empty": ("empty",)}
_DECLARED = {"from": "at_least", "to": "at_most", "any": "any_of", "empty": "is_empty"}
_MOMENTS = {"date": "Day", "datetime": "Moment"}
MOST_VALUES = 50


@dataclass(frozen=True)
class MoreFilter:
    """`column` is compared in the way `how`; `name` is the argument, and `parameter` what a request sends."""

    field: Field
    how: str

    @property
    def column(self) -> str:
        return self.field.column

    @property
    def name(self) -> str:
        return f"{self.column}_{self.how}"

    @property
    def parameter(self) -> str:
        return f"{self.column}.{self.how}"

    @property
    def declared(self) -> str:
        """Return the function that declares it in a repository."""
        return _DECLARED[self.how]

    @property
    def python(self) -> str:
        kind = python_type(self.field)
        return {"any": f"Sequence[{kind}]", "empty": "bool"}.get(self.how, kind)

    def annotation(self, alias: str) -> tuple[str, str]:
        """Return the type in a route and the arguments of Query; `alias` is the type of an enum."""
        about = f'alias="{self.parameter}"'
        match self.how:
            case "empty":
                return "bool", about
            case "any":
                kind = alias if self.field.kind == "enum" else query_type(self.field)
                return f"list[{kind}]", f"{about}, max_length={MOST_VALUES}"
            case _:
                return _compared(self.field), f"{about}, {INTEGER_RANGE}" if self.field.kind == "int" else about


def filters_problem(field: Field, columns: Collection[str]) -> str:
    """Return why the filters are not possible, or an empty string."""
    if field.filters and not (field.is_key or field.has_index):
        return "filters need an index: write index after the type"
    if "range" in field.filters and field.kind not in COMPARED:
        return f"{field.kind} has no range: leave it out of filters"
    if "several" in field.filters and field.kind not in FILTERED - {"bool"}:
        return f"{field.kind} is not filtered by several values: leave it out of filters"
    if "several" in field.filters and field.ignores_case:
        return "a unique email is compared in any case, with one value at a time: leave several out of filters"
    if "several" in field.filters and len(field.values) == 1:
        return "an enum of one value is not filtered by several: leave it out of filters"
    if "empty" in field.filters and not field.optional:
        return "a field that is never empty has no filter for that: leave it out of filters"
    taken = next((each.name for each in more_filters([field]) if each.name in columns), "")
    return f"its filter {taken} has the name of another field: use another name for one of the two" if taken else ""


def more_filters(fields: Iterable[Field]) -> Iterator[MoreFilter]:
    for field in fields:
        for word in field.filters:
            yield from (MoreFilter(field, how) for how in _HOW[word])


def filter_imports(fields: Iterable[Field]) -> str:
    """Return the imports of the types of these filters in routes, a line each."""
    found = set()
    for each in more_filters(fields):
        if each.how in ("from", "to"):
            kind = _compared(each.field)
            package = "numbers" if kind in ("FiniteParameter", "BigIntegerParameter") else "moments"
            found.add("from decimal import Decimal" if kind == "Decimal" else f"from app.kit.{package} import {kind}")
    return "\n".join(sorted(line for line in found if not line.endswith(" int")))


def _compared(field: Field) -> str:
    match field.kind:
        case "float":
            return "FiniteParameter"
        case "bigint":
            return "BigIntegerParameter"
        case "int" | "decimal":
            return python_type(field)
        case _:
            return _MOMENTS.get(field.kind) or PLAIN_KINDS[field.kind].incoming
