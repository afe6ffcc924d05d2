"""Read the values of an enum as they are in the world, their labels, and the steps from one to the next.

enum(draft, sent)
enum(G = "General audiences", PG-13, R)
enum(draft -> sent = "Sent to the client" -> paid | void, sent -> draft)
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from .field import Field
from .problem import Wrong

ARROW, OR = "->", "|"
LONGEST_VALUE, LONGEST_LABEL = 40, 80
_VALUE = re.compile(r"[\w.+/&#*!?@$%€-]+(?: [\w.+/&#*!?@$%€-]+)*")
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_LABEL = re.compile(r"""(?P<value>[^="']*|"[^"]*"|'[^']*')\s*=\s*(?P<quote>["'])(?P<label>[^"']*)(?P=quote)\s*""")


def read_enum(given: str | None) -> dict[str, Any]:
    """Raises Wrong."""
    if re.search("[\"']", _QUOTED.sub("", given or "")):
        raise Wrong(f"a quote in enum({given}) is not closed: close it")
    items = [item for item in _split(given or "", ",") if item]
    if any(len(_split(item, ARROW)) > 1 for item in items):
        return _with_steps([[_split(step, OR) for step in _split(item, ARROW)] for item in items])
    labels = _labels(items)
    if not items:
        raise Wrong("an enum lists its values: enum(draft, sent)")
    if len(labels) < len(items):
        raise Wrong("an enum has one of its values twice: leave one out")
    return _values(labels)


def written(field: Field) -> str:
    """Return an enum as a description has it, with the label of a value where it comes first."""
    labels = {value: f'{value} = "{label}"' for value, label in zip(field.values, field.labels, strict=False) if label}
    if not field.steps:
        return f"enum({', '.join(labels.get(value, value) for value in field.values)})"
    steps = [f" {ARROW} ".join(labels.pop(value, value) for value in step) for step in field.steps]
    return f"enum({', '.join(steps)})"


def _with_steps(chains: list[list[list[str]]]) -> dict[str, Any]:
    """Return the values in the order in which they appear, and each one with one that may follow. Raises Wrong."""
    labels = _labels(item for chain in chains for items in chain for item in items)
    steps = (
        (_item(before)[0], _item(after)[0])
        for chain in chains
        for befores, afters in pairwise(chain)
        for before in befores
        for after in afters
    )
    return {**_values(labels), "steps": tuple(dict.fromkeys(steps))}


def _values(labels: dict[str, str]) -> dict[str, Any]:
    return {"values": tuple(labels), "labels": tuple(labels.values()) if any(labels.values()) else ()}


def _labels(items: Iterable[str]) -> dict[str, str]:
    """Return the values with their labels. Raises Wrong."""
    found: dict[str, str] = {}
    for value, label in map(_item, items):
        if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
            raise Wrong(
                f"the value {value!r} of an enum cannot be: use letters, digits, single spaces and"
                f" . + / & # * ! ? @ $ % -, up to {LONGEST_VALUE} characters"
            )
        if label and found.get(value, label) not in ("", label):
            raise Wrong(f"the value {value!r} has two labels: leave one out")
        found[value] = label or found.get(value, "")
    return found


def _split(text: str, sign: str) -> list[str]:
    """Split where the sign stands outside of quotes."""
    parts = [""]
    for piece in _QUOTED.split(text):
        first, *rest = [piece] if _QUOTED.fullmatch(piece) else piece.split(sign)
        parts[-1] += first
        parts += rest
    return [part.strip() for part in parts]


def _item(item: str) -> tuple[str, str]:
    found = _LABEL.fullmatch(item)
    if found is None:
        return item.strip("\"'"), ""
    value, label = found["value"].strip().strip("\"'"), found["label"].strip()
    if not label.isprintable() or not 1 <= len(label) <= LONGEST_LABEL:
        raise Wrong(f"the label of {value!r} cannot be: write one line of up to {LONGEST_LABEL} characters")
    return value, label
