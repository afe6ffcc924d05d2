"""Describe a module's pages in the console, in its file `console.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = Callable[[Any], object]
"""Returns what a list shows of a row, which is an instance of the module's read schema.

Text is escaped; `markupsafe.Markup` is HTML.
"""


@dataclass(frozen=True, kw_only=True)
class Console:
    """Describes how the console shows a resource; each value replaces what the console finds.

    `title` is the heading and the menu's entry. `columns` are the fields of the list, in order.
    `labels` are the titles of fields. `cells` make the contents of columns, also of columns that
    are no field. `label` makes the text of a link to a row. `hidden` leaves the resource out of the
    menu. Templates of the module's folder `templates` replace those of the console by name.
    """

    title: str | None = None
    columns: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    label: Callable[[Any], str] | None = None
    hidden: bool = False
