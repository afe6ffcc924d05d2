"""Fields of schemas, as far as a form or a table needs to know them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter

from app.core.languages import Text
from app.kit.schemas import not_blank

LONG = 255
"""Texts that may be longer have a field of several lines."""
FORMATS = {
    "date": "date",
    "date-time": "moment",
    "time": "time",
    "email": "email",
    "uri": "url",
    "uuid": "id",
    "decimal": "decimal",
}
NOTHING = object()


class Kind(StrEnum):
    """The control that a field has, which decides how its values are written."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    DATE = "date"
    MOMENT = "moment"
    TIME = "time"
    EMAIL = "email"
    URL = "url"
    ID = "id"
    SECRET = "secret"  # noqa: S105 - no password
    LINES = "lines"
    ROWS = "rows"
    JSON = "json"

    @property
    def is_number(self) -> bool:
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER)


@dataclass(frozen=True)
class Field:
    """A field of a schema or a parameter of a list; `target` is the key of what it refers to."""

    name: str
    label: Text
    kind: Kind
    required: bool = False
    nullable: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    hint: Text = Text("")  # noqa: RUF009 - never changed
    target: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels of choices, if the schema has any (`x-enum-labels`)."""
    rows: tuple["Field", ...] = ()
    """The fields of each row, of a list of rows."""

    @property
    def shown_rows(self) -> tuple["Field", ...]:
        return tuple(each for each in self.rows if each.name != "id")

    def within(self, rows: str, number: int, *, is_new: bool = False) -> "Field":
        """Return the field of one of several rows, in a form; a new one may be left empty."""
        required = self.required and not is_new
        return replace(self, name=f"{rows}.{number}.{self.name}", required=required)

    def name_of(self, choice: object) -> Text:
        """Return a choice as people read it: `in_transit` is "in transit", if it has no label."""
        value = str(choice)
        label = self.labels.get(value, value)
        return Text(label if label != value else value.replace("_", " "))


def fields_of(schema: type[BaseModel], *, mode: Any = "validation") -> tuple[Field, ...]:
    described = schema.model_json_schema(mode=mode)
    required = set(described.get("required", ()))
    definitions = described.get("$defs", {})
    return tuple(
        describe(name, member, definitions, required=name in required)
        for name, member in described.get("properties", {}).items()
    )


def describe_parameter(name: str, annotation: Any) -> Field:
    """Describe a parameter of a list, whose value may be left out."""
    described = TypeAdapter(annotation).json_schema()
    return describe(name, described, described.get("$defs", {}), required=False)


def describe(
    name: str,
    member: Mapping[str, Any],
    definitions: Mapping[str, Any],
    *,
    required: bool,
    within: bool = False,
) -> Field:
    """Describe a field; `within` a row of a list, which has no list of rows itself."""
    kinds = list(_alternatives(member, definitions))
    types = [each for each in kinds if each.get("type") != "null"]
    rows = () if within else _rows(types, definitions)
    kind, choices = (Kind.ROWS, ()) if rows else _kind(types)
    known = {key: value for each in types for key, value in each.items()} | dict(member)
    return Field(
        name=name,
        label=Text(title_of(name.removesuffix("_id") if kind is Kind.ID else name)),
        kind=kind,
        required=required,
        nullable=len(types) < len(kinds),
        default=member.get("default"),
        choices=choices,
        limits=_limits(kind, known),
        labels=known.get("x-enum-labels") or {},
        hint=Text(" ".join(str(known.get("description", "")).split())),
        rows=rows,
    )


def _rows(types: list[Mapping[str, Any]], definitions: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of a list's items, if these are objects of one schema."""
    if [each.get("type") for each in types] != ["array"]:
        return ()
    [item, *others] = _alternatives(types[0].get("items", {}), definitions)
    if others or "properties" not in item:
        return ()
    return tuple(
        describe(name, each, definitions, required=name in item.get("required", ()), within=True)
        for name, each in item["properties"].items()
    )


def title_of(name: str) -> str:
    """Return a name as people write it: `issued_on` is "Issued on"."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _alternatives(
    member: Mapping[str, Any], definitions: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    if reference := member.get("$ref"):
        yield from _alternatives(definitions[reference.rpartition("/")[2]], definitions)
    elif parts := [*member.get("anyOf", ()), *member.get("oneOf", ()), *member.get("allOf", ())]:
        for part in parts:
            yield from _alternatives(part, definitions)
    else:
        yield member


def _kind(types: list[Mapping[str, Any]]) -> tuple[Kind, tuple[Any, ...]]:
    """Return the kind, and the choices of an enum."""
    if types and all("enum" in each or "const" in each for each in types):
        return Kind.CHOICE, tuple(
            value for each in types for value in each.get("enum", [each.get("const")])
        )
    for each in types:
        if (known := FORMATS.get(each.get("format", ""))) is not None:
            return Kind(known), ()
        if each.get("format") == "password":
            return Kind.SECRET, ()
    names = {each.get("type") for each in types}
    return _plain(names, types), ()


def _plain(names: set[Any], types: list[Mapping[str, Any]]) -> Kind:
    if names == {"boolean"}:
        return Kind.FLAG
    if names == {"integer"}:
        return Kind.INTEGER
    if names and names <= {"number", "integer"}:
        return Kind.NUMBER
    if names == {"string"}:
        any_text = not_blank(types[0].get("minLength", 1))
        has_form = types[0].get("pattern", any_text) != any_text
        is_short = types[0].get("maxLength", LONG + 1) <= LONG
        return Kind.TEXT if is_short or has_form else Kind.LONG_TEXT
    if names == {"array"} and types[0].get("items", {}).get("type") == "string":
        return Kind.LINES
    return Kind.JSON


def _limits(kind: Kind, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes of the control, which tell people early what the schema says anyway."""
    if kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.URL, Kind.SECRET):
        names = {"maxLength": "maxlength", "minLength": "minlength"}
    elif kind is Kind.INTEGER:
        names = {"minimum": "min", "maximum": "max"}
    elif kind is Kind.ROWS:
        names = {"maxItems": "data-most"}
    else:
        names = {}
    return {html: known[key] for key, html in names.items() if key in known}
