"""One page of rows, and the cursor of the next page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    items: Sequence[Row]
    next_cursor: str | None
