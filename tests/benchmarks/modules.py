"""The modules that are measured: one with a name only, and one as clients describe theirs."""

import json
from string import ascii_lowercase
from typing import Any

NAME_ONLY = "projects"
REAL = "invoices"
TARGET = "clients"
"""The module that REAL refers to."""

FIELDS = {
    "number": "str(20) unique",
    "client": "ref clients",
    "title": "str(120)",
    "status": "enum(draft, sent, paid) = draft",
    "total": "decimal(12, 2)",
    "issued_on": "date",
    "notes": "text?",
    "urgent": "bool = false",
}
FIFTEEN = {
    "code": "str(20) unique",
    "title": "str(120) index",
    "owner": "ref users?",
    "parent": "ref area_a?",
    "status": "enum(draft, sent, paid) = draft",
    "total": "decimal(12, 2) index filters(range)",
    "issued_on": "date",
    "notes": "text?",
    "urgent": "bool index = false",
    "seats": "int 0..100",
    "contact": "email?",
    "site": "url?",
    "opens_at": "time?",
    "data": "json?",
    "started_at": "datetime? filters(range, empty)",
}
DESCRIBED: dict[str, Any] = {NAME_ONLY: None, TARGET: None, REAL: {"fields": FIELDS}}


def answer(more: int = 0) -> str:
    """Return the answer to `custom_modules`, with this many further modules like REAL, up to 26."""
    others = {f"area_{letter}": {"fields": FIELDS} for letter in ascii_lowercase[:more]}
    return json.dumps({**DESCRIBED, **others})


def thirty() -> dict[str, Any]:
    """Return thirty modules of fifteen fields."""
    names = ["area_a", *(f"area_{letter}{number}" for number in (1, 2) for letter in ascii_lowercase[1:])][:30]
    return {name: {"plural": name, "fields": FIFTEEN} for name in names}
