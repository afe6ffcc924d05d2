"""Base classes of the schemas sent over HTTP."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import nextafter
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

PLAIN_PLACES = 6
BLANK = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\ufeff\ufff9-\ufffb"
)
CONTROL = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
"""All control characters but tabs and line breaks, which JSON must not contain."""
SAID = {
    "minimum": "greater than or equal to",
    "exclusiveMinimum": "greater than",
    "maximum": "less than or equal to",
    "exclusiveMaximum": "less than",
}
SAID_OF = SAID.keys()


class Schema(BaseModel):
    """The base schema: refuses unknown fields, reads rows by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe what Pydantic leaves out: limits of decimals, and that texts are not blank."""
        described = handler(core_schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name in properties.keys() & cls.model_fields.keys():
            info = cls.model_fields[name]
            _flatten(properties[name])
            if _holds_decimal(info.annotation):
                _describe_decimal(properties[name], handler.mode, _bounds_of(info))
            fewest = max(map(_fewest_characters, _constraints(info)))
            if handler.mode == "validation" and fewest:
                _describe_text(properties[name], fewest)
        return described


class OwnedSchema(Schema):
    """A row in a list of another row: what is left out has its default, in a change too."""

    @model_validator(mode="after")
    def _say_everything(self) -> Self:
        """Keep defaults where a change leaves out what was not said (`exclude_unset`)."""
        self.__pydantic_fields_set__.update(type(self).model_fields)
        return self


def omittable(**limits: Any) -> Any:
    """Return the default of an optional field of a change: if omitted, it stays as it is."""
    return Field(default_factory=lambda: None, **limits)


left_out = omittable  # until 3.0


Ids = Annotated[list[UUID], Field(max_length=100)]
"""The ids of rows that a row is linked to."""

Item = TypeVar("Item", bound=Schema)


class Page(Schema, Generic[Item]):
    """Some of the rows; `next_cursor` asks for those that follow and is null at the end."""

    items: list[Item]
    next_cursor: str | None

    read_rows: ClassVar[Callable[[Any, object], list[Any] | None] | None] = None
    """Makes models of a repository's rows without checking each value again, or returns None.

    `create_app` sets it if the fast paths are on; without it pydantic checks all values.
    """

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        read, kinds = Page.read_rows, cls.__pydantic_generic_metadata__["args"]
        items = read(kinds[0], obj) if read and kinds and not options else None
        if items is not None:
            obj = {"items": items, "next_cursor": obj.next_cursor}
        return super().model_validate(obj, **options)


def _holds_decimal(annotation: Any) -> bool:
    return annotation is Decimal or any(map(_holds_decimal, get_args(annotation)))


def _constraints(place: Any) -> Iterator[Any]:
    """Yield a field's constraints, those of alternatives too."""
    yield place
    inner = (*getattr(place, "metadata", ()), *getattr(place, "__metadata__", ()))
    for each in (*inner, *get_args(getattr(place, "annotation", place))):
        yield from _constraints(each)


def _bounds_of(info: Any) -> tuple[int, int] | None:
    """Return the digits before and after the point, of a decimal with both limits."""
    for each in _constraints(info):
        digits, places = (getattr(each, name, None) for name in ("max_digits", "decimal_places"))
        if digits is not None and places is not None:
            return digits - places, places
    return None


def _fewest_characters(constraint: Any) -> int:
    """Return the characters that must be left when blanks around a text are removed, or 0."""
    stripped = getattr(constraint, "strip_whitespace", None)
    return (constraint.min_length or 0) if stripped else 0


def _flatten(described: dict[str, Any]) -> None:
    """Give alternatives of an alternative, and its description, to the field itself.

    Pydantic nests them where a type with a description is optional.
    """
    flat: list[dict[str, Any]] = []
    for kind in described.get("anyOf", ()):
        if "anyOf" in kind:
            described.setdefault("description", kind.get("description", ""))
        flat += kind.get("anyOf", [kind])
    if flat:
        described["anyOf"] = flat


def _kinds(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schema, its alternatives and its items."""
    yield described
    for kind in (*described.get("anyOf", ()), described.get("items")):
        if kind:
            yield from _kinds(kind)


def _describe_text(described: dict[str, Any], fewest: int) -> None:
    for kind in _kinds(described):
        if kind.get("type") == "string":
            kind.setdefault("pattern", not_blank(fewest))


def not_blank(fewest: int) -> str:
    """Return the pattern of a text that has so many characters when it is stripped."""
    rest = rf"[^{CONTROL}]{{{fewest - 2},}}[^{BLANK}]" if fewest > 1 else ""
    return rf"^[^{CONTROL}]*[^{BLANK}]{rest}[^{CONTROL}]*$"


def _describe_decimal(described: dict[str, Any], mode: str, bounds: tuple[int, int] | None) -> None:
    """Write the limits into the number and the string that a decimal may be sent as."""
    number, text = _limits(mode, *bounds) if bounds else ({}, {})
    kinds = (described, *described.get("anyOf", ()))
    own = {name: kind[name] for kind in kinds for name in SAID_OF & kind.keys()}
    if own:
        text["description"] = _sentence(own)
    for kind in kinds:
        if kind.get("type") == "number":
            kind.update({name: value for name, value in number.items() if name not in own})
        elif kind.get("type") == "string":
            kind.update({**text, "format": "decimal"})


def _sentence(bounds: Mapping[str, Any]) -> str:
    """Say in words what a pattern cannot, as the errors do: "Greater than or equal to 0."."""
    said = (
        f"{words} {Decimal(str(bounds[name])).normalize():f}"
        for name, words in SAID.items()
        if name in bounds
    )
    return " and ".join(said).capitalize() + "."


def _limits(mode: str, whole: int, places: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the limits of the number and of the string. Tiny decimals are sent as `1E-8`.

    Pydantic takes no zero without a point where there are no digits before it.
    """
    step = Decimal(1).scaleb(-places)
    most = float(Decimal(10) ** whole - step)
    if most >= 10**whole:  # a float has no more digits
        most = nextafter(most, 0)
    if whole == 0 and mode == "validation":
        limits = {"minimum": -most, "maximum": most, "multipleOf": float(step)}
        return {**limits, "not": {"const": 0}}, {"pattern": f"^[+-]?0?\\.[0-9]{{1,{places}}}$"}
    exponent = "(E-[0-9]+)?" if mode == "serialization" and places > PLAIN_PLACES else ""
    digits = f"[0-9]{{1,{max(whole, 1)}}}(\\.[0-9]{{0,{places}}})?|\\.[0-9]{{1,{max(places, 1)}}}"
    number = {"minimum": -most, "maximum": most, "multipleOf": float(step)}
    return number, {"pattern": f"^[+-]?({digits}){exponent}$"}
