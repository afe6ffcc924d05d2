"""The shapes that travel over HTTP start here."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """Refuses fields it does not know, reads rows by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def left_out() -> Any:
    """The default of a field of a change: it may be left out, and then stays as it is."""
    return Field(default_factory=lambda: None)


Item = TypeVar("Item", bound=Schema)


class Page(Schema, Generic[Item]):
    """Some of the rows; `next_cursor` asks for those that follow and is null at the end."""

    items: list[Item]
    next_cursor: str | None
