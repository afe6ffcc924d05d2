"""Read the values of an enum as they are in the world, and their labels.

enum(draft, sent)
enum(G = "General audiences", PG-13, R)
"""

import re
from typing import Any

from .problem import Wrong

LONGEST_VALUE, LONGEST_LABEL = 40, 80
_VALUE = re.compile(r"[\w.+/&#*!?@$€-]+(?: [\w.+/&#*!?@$€-]+)*")
_ITEM = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^,"'])*)(?:,|$)""")
_LABEL = re.compile(r"""(?P<value>[^="']*|"[^"]*"|'[^']*')\s*=\s*(?P<quote>["'])(?P<label>[^"']*)(?P=quote)\s*""")


def read_enum(given: str | None) -> dict[str, Any]:
    """Raises Wrong."""
    items = [_item(each) for each in _items(given or "")]
    if not items:
        raise Wrong("an enum lists its values: enum(draft, sent)")
    values = tuple(value for value, _ in items)
    for value in values:
        if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
            raise Wrong(
                f"the value {value!r} of an enum cannot be: use letters, digits, single spaces and"
                f" . + / & # * ! ? @ $ -, up to {LONGEST_VALUE} characters"
            )
    if len(set(values)) < len(values):
        raise Wrong("an enum has one of its values twice: leave one out")
    labels = tuple(label for _, label in items)
    return {"values": values, "labels": labels if any(labels) else ()}


def _items(given: str) -> list[str]:
    found, place = [], 0
    while place < len(given):
        match = _ITEM.match(given, place)
        if match is None:
            raise Wrong(f"a quote in enum({given}) is not closed: close it")
        found.append(match[1].strip())
        place = match.end()
    return [item for item in found if item]


def _item(item: str) -> tuple[str, str]:
    found = _LABEL.fullmatch(item)
    if found is None:
        return item.strip("\"'"), ""
    value, label = found["value"].strip().strip("\"'"), found["label"].strip()
    if not label.isprintable() or not 1 <= len(label) <= LONGEST_LABEL:
        raise Wrong(f"the label of {value!r} cannot be: write one line of up to {LONGEST_LABEL} characters")
    return value, label
