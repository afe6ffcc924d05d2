"""Build valid values from the OpenAPI schemas, so that tests can call every route.

If they do not fit a field, give it an example: `Field(examples=["…"])`.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from secrets import token_hex
from typing import Any, TypeAlias

from tests.support.people import PASSWORD

from .limits import matching

Schema: TypeAlias = dict[str, Any]
Reference: TypeAlias = Callable[[str], str]
"""Returns the id of a row that a field with this name may refer to."""

BY_FORMAT = {
    "date": "2030-01-02",
    "date-time": "2030-01-02T03:04:05Z",
    "time": "12:00:00",
    "iso-duration": "P1D",
    "uri": "https://example.com/",
    "password": PASSWORD,
    "json-string": "{}",
    "ipv4": "192.0.2.1",
}
LIKELY = ("abcdef", "abc-def", "a1", "EUR", "en", "123456", "1.00", "12:00", "#aabbcc")
COMPARED = re.compile(r"(greater|less) than(?: or equal to)? (\w+)\.", re.IGNORECASE)
"""What the description of a field says that is compared with one before it."""


class Examples:
    def __init__(self, document: Schema, reference: Reference, marker: str) -> None:
        self.document = document
        self.reference = reference
        self.marker = marker

    def value(self, schema: Schema, name: str = "") -> Any:
        schema = self.resolved(schema)
        for given in ("const", "example"):
            if given in schema:
                return schema[given]
        for choices in ("examples", "enum"):
            if schema.get(choices):
                return schema[choices][0]
        kind = schema.get("type", "object" if "properties" in schema else "any")
        make: Callable[[Schema, str], Any] = getattr(self, f"_{kind}")
        return make(schema, name)

    def resolved(self, schema: Schema) -> Schema:
        """Resolve references, and take the first alternative that is not null."""
        if reference := schema.get("$ref"):
            return self.resolved(self.document["components"]["schemas"][reference.split("/")[-1]])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                first = next(each for each in schema[union] if each.get("type") != "null")
                return self.resolved(first) | {k: v for k, v in schema.items() if k != union}
        return schema

    def ids_in(self, schema: Schema) -> list[str]:
        """Return the names of a body's fields that hold ids."""
        fields = self.resolved(schema).get("properties", {})
        return [
            name for name, each in fields.items() if self.resolved(each).get("format") == "uuid"
        ]

    def _object(self, schema: Schema, _: str) -> Any:
        values: dict[str, Any] = {}
        for name, field in schema.get("properties", {}).items():
            values[name] = self.value(field, name)
            compared = COMPARED.search(self.resolved(field).get("description", ""))
            if compared and compared[2] in values:
                sign = 1 if compared[1].lower() == "greater" else -1
                values[name] = _beyond(values[compared[2]], sign)
        return values

    def _array(self, schema: Schema, name: str) -> Any:
        if name.startswith("_") or "items" not in schema:
            return []
        return [self.value(schema["items"], name)] * max(1, schema.get("minItems", 1))

    def _string(self, schema: Schema, name: str) -> str:
        kind = schema.get("format")
        if kind == "uuid":
            return self.reference(name)
        if kind == "email" or "email" in name:
            return f"{self.marker}{token_hex(8)}@example.com"
        if kind in BY_FORMAT:
            return BY_FORMAT[kind]
        text = f"{self.marker}{token_hex(8)}".ljust(schema.get("minLength", 0), "x")
        longest = schema.get("maxLength", len(text))
        text = text if longest >= len(text) else token_hex(longest)[:longest]
        if pattern := schema.get("pattern"):
            likely = (text, *LIKELY, matching(pattern.removeprefix("^").removesuffix("$"), 0))
            return next((each for each in likely if re.search(pattern, each)), "")
        return text

    def _integer(self, schema: Schema, _: str) -> int:
        step = schema.get("multipleOf", 1)
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return int(-(-least // step) * step)

    def _number(self, schema: Schema, name: str) -> float:
        return self._integer(schema, name)

    def _boolean(self, *_: Any) -> bool:
        return True

    def _null(self, *_: Any) -> None:
        return None

    def _any(self, *_: Any) -> Any:
        return {"text": self.marker}


def _beyond(value: Any, sign: int) -> Any:
    """Return a value that is greater, or less for a sign of -1."""
    if not isinstance(value, str):
        return value + sign
    for kind, step in ((date, timedelta(days=1)), (datetime, timedelta(days=1))):
        try:
            return (kind.fromisoformat(value) + sign * step).isoformat()
        except ValueError:
            continue
    if value.startswith("P"):
        return "P2D" if sign > 0 else "PT1H"
    if ":" in value:
        return time.fromisoformat(value).replace(hour=12 + sign).isoformat()
    return str(Decimal(value) + sign)
