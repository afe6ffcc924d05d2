"""Read rows that belong to a row: `lines: {many: {title: str(80), quantity: int >= 1}, rows: 1..50}`.

`many` has the fields of these rows, which a table of their own stores; `rows` limits their number, 0..100 if not said.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..names import Names, names_of, pascal
from ..reserved_names import owner_of
from ..words import MANY, is_many
from .field import Field
from .links import link_problem, linked, ranked
from .names import name_problem, twice_problem
from .problem import Wrong
from .refs import Link, is_refs

MOST, MOST_ROWS, MOST_COLUMNS = 100, 1000, 30
LONGEST, LONGEST_FIELD, LONGEST_TABLE = 28, 30, 40
POSITION = "position"
_ROWS = re.compile(r"\s*(\d{1,6})?\s*\.\.\s*(\d{1,6})?\s*")
Read = Callable[[object, object], list[Field]]


@dataclass(frozen=True, kw_only=True)
class Many:
    """Rows that belong to a row of `module`: their fields, and how many there may be."""

    name: str
    module: Names
    fields: tuple[Field, ...] = ()
    fewest: int = 0
    most: int = MOST

    @property
    def names(self) -> Names:
        """Return the names of the table and its class: `invoice_line`, `invoice_lines`."""
        return Names(*(f"{self.module.singular}_{form}" for form in (self.line.singular, self.name)))

    @property
    def table(self) -> str:
        return self.names.table

    @property
    def line(self) -> Names:
        """Return the names of one row and of all: `line`, `lines`."""
        return Names(names_of(self.name).singular, self.name)

    @property
    def tested(self) -> int:
        """Return the number of rows in tests."""
        return max(self.fewest, min(2, self.most))

    @property
    def own_column(self) -> str:
        return f"{self.module.singular}_id"

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def class_name(self) -> str:
        """Return the name in CamelCase, for the names of tests: `Lines`."""
        return pascal(self.name)

    @property
    def limits(self) -> str:
        return f"{self.fewest}..{self.most}"


def read_many(name: str, said: Mapping[Any, Any], module: Names, read: Read) -> Many:
    """Return the rows; `read` reads one of their fields. Raises Wrong."""
    fewest, most = _limits(said.get("rows"))
    many = Many(name=name, module=module, fewest=fewest, most=most)
    if unknown := [key for key in said if key not in (MANY, "rows")]:
        raise Wrong(f"{unknown[0]!r} means nothing here: beside 'many' there is 'rows' only, such as rows: 1..50")
    if not isinstance(said[MANY], Mapping) or not said[MANY]:
        raise Wrong("'many' names no field: write {many: {title: str(80)}}")
    fields: list[Field] = []
    for inner, text in said[MANY].items():
        try:
            fields += _fields(many, inner, text, fields, read)
        except Wrong as wrong:
            raise Wrong(f"{inner}: {wrong}") from None
    if len(fields) > MOST_COLUMNS:
        raise Wrong(f"its rows have {len(fields)} columns: use at most {MOST_COLUMNS}")
    for field in ranked(fields):
        if problem := link_problem(field, fields):
            raise Wrong(f"{field.name}: {problem}")
    return replace(many, fields=linked(fields))


def many_name_problem(many: Many, fields: Collection[Field], links: Collection[Link]) -> str:
    """Return why the name is not allowed beside those of fields and lists, or an empty string."""
    if problem := name_problem(Field(name=many.name, kind="json"), many.module):
        return problem
    if any(field.column == many.name for field in fields):
        return f"there is a column {many.name} too: rename one of them"
    if any(many.name in (link.ids, link.column) for link in links):
        return "a list of refs gives this name too: rename one of them"
    if (over := max(len(many.name) - LONGEST, len(many.table) - LONGEST_TABLE)) > 0:
        return f"the names of its table {many.table} would be too long: use a name that is {over} shorter"
    if owner_of(many.names, many.names.plural):
        return f"the standard has {many.table} or {many.names.class_name} already: use another name"
    return ""


def _limits(said: object) -> tuple[int, int]:
    if said is None:
        return 0, MOST
    found = _ROWS.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        raise Wrong(f"rows: {said} cannot be read: write rows: 1..50, rows: ..50 or rows: 1..")
    fewest, most = int(found[1] or 0), int(found[2] or MOST)
    if not (fewest <= most and 1 <= most <= MOST_ROWS):
        raise Wrong(f"rows: {fewest}..{most} cannot be: use up to {MOST_ROWS} rows, the smaller number first")
    return fewest, most


def _fields(many: Many, name: object, said: object, before: list[Field], read: Read) -> list[Field]:
    """Raises Wrong."""
    if is_many(said) or is_refs(said):
        raise Wrong(
            "rows in a list have no list of their own: describe a module of its own, with a ref to this one"
            " 'on delete cascade'"
        )
    found = [replace(field, owned=True) for field in read(name, said)]
    for field in found:
        if problem := _problem(many, field) or twice_problem(field, before):
            raise Wrong(problem)
    return found


def _problem(many: Many, field: Field) -> str:
    if len(field.name) > LONGEST_FIELD:
        return f"this name has {len(field.name)} characters: a field of a row in a list may have {LONGEST_FIELD}"
    if field.column in (many.own_column, POSITION):
        return f"the table has {field.column} already: use another name"
    if field.unique:
        return "rows in a list are not compared with others: leave unique out"
    if field.steps or field.numbering:
        return "rows in a list have no steps and no numbers: describe a module of its own"
    if field.image:
        return (
            "files are looked at for a row, not for each in its list: write ref files, or describe a module of its own"
        )
    if field.to_users:
        return "members are looked up for a row, not for each in its list: describe a module of its own"
    if field.computed:
        return f"what clients leave out in a list is no '= {field.default}': leave the default out"
    for word, is_said in (("index", field.index), ("search", field.searched), ("filters", bool(field.filters))):
        if is_said:
            return f"rows in a list are read with their row, not looked for: leave {word} out"
    if field.target == many.module and field.required:
        return "the first row has none to refer to: write ? after the module's name"
    return name_problem(field, many.names)
