"""Base classes of the schemas sent over HTTP."""

from decimal import Decimal
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

PLAIN_PLACES = 6


class Schema(BaseModel):
    """The base schema: refuses unknown fields, reads rows by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the limits of decimals, which Pydantic leaves out."""
        described = handler(core_schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, info in cls.model_fields.items():
            if name in properties and _holds_decimal(info.annotation):
                _describe_decimal(properties[name], handler.mode, _bounds_of(info))
        return described


def left_out() -> Any:
    """Return the default of an optional field of a change: if omitted, it stays as it is."""
    return Field(default_factory=lambda: None)


Item = TypeVar("Item", bound=Schema)


class Page(Schema, Generic[Item]):
    """Some of the rows; `next_cursor` asks for those that follow and is null at the end."""

    items: list[Item]
    next_cursor: str | None


def _holds_decimal(annotation: Any) -> bool:
    return annotation is Decimal or any(map(_holds_decimal, get_args(annotation)))


def _bounds_of(*places: Any) -> tuple[int, int] | None:
    """Return the digits before and after the point, of a decimal with both limits."""
    for place in places:
        digits, decimals = (getattr(place, name, None) for name in ("max_digits", "decimal_places"))
        if digits is not None and decimals is not None:
            return digits - decimals, decimals
        within = (*getattr(place, "metadata", ()), *getattr(place, "__metadata__", ()))
        within += get_args(getattr(place, "annotation", place))
        if within and (found := _bounds_of(*within)):
            return found
    return None


def _describe_decimal(described: dict[str, Any], mode: str, bounds: tuple[int, int] | None) -> None:
    """Write the limits into the number and the string that a decimal may be sent as."""
    number, text = _limits(mode, *bounds) if bounds else ({}, {})
    for kind in (described, *described.get("anyOf", ())):
        if kind.get("type") == "number":
            kind.update(number)
        elif kind.get("type") == "string":
            kind.update({**text, "format": "decimal"})


def _limits(mode: str, whole: int, places: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the limits of the number and of the string. Tiny decimals are sent as `1E-8`."""
    step = Decimal(1).scaleb(-places)
    most = float(Decimal(10) ** whole - step)
    exponent = "(E-[0-9]+)?" if mode == "serialization" and places > PLAIN_PLACES else ""
    digits = f"[0-9]{{1,{max(whole, 1)}}}(\\.[0-9]{{0,{places}}})?|\\.[0-9]{{1,{max(places, 1)}}}"
    number = {"minimum": -most, "maximum": most, "multipleOf": float(step)}
    return number, {"pattern": f"^[+-]?({digits}){exponent}$"}
