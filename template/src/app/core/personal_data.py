"""What modules store about a person: each contributes to the export that the person may ask for.

A module says in its module.py how to find it:

    module = Module(…, personal_data=PersonalData(in_tenant=export_invoices_of))
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from pydantic_core import to_jsonable_python

SECRET = re.compile("secret|hash|password|token")
"""Parts of the names of columns that are in no export."""
Export: TypeAlias = Callable[[Any, UUID], Awaitable[Any]]
"""Takes a unit of work and the user's id; returns values for JSON."""


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Functions that return what a module stores about a person.

    `in_account` is called once, in a unit without a tenant; `in_tenant` in a unit of each tenant
    of the person.
    """

    in_account: Export | None = None
    in_tenant: Export | None = None


def exported(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return all columns of rows as values for JSON, but for secrets and their hashes."""
    return [_exported(row) for row in rows]


def _exported(row: Any) -> dict[str, Any]:
    names = (each.key for each in type(row).__mapper__.column_attrs)
    return {
        name: to_jsonable_python(getattr(row, name)) for name in names if not SECRET.search(name)
    }
