"""Base classes of the schemas sent over HTTP."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """The base schema: refuses unknown fields, reads rows by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def omittable() -> Any:
    """Return the default of an optional field of a change: if omitted, it stays as it is."""
    return Field(default_factory=lambda: None)


left_out = omittable  # until 3.0


Item = TypeVar("Item", bound=Schema)


class Page(Schema, Generic[Item]):
    """Some of the rows; `next_cursor` asks for those that follow and is null at the end."""

    items: list[Item]
    next_cursor: str | None
