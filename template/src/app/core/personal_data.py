"""Personal data of modules: each contributes to the export that a person may ask for.

A module says in its module.py how to find it:

    module = Module(…, personal_data=PersonalData(in_tenant=export_invoices_of))

Of a module that does not say it, the rows of a tenant that refer to the user are exported.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import or_, select

from app.core.work import Work
from app.database.base import Base

SECRET = re.compile("secret|hash|password|token")
"""Parts of the names of columns that are in no export, unless the model declares its own."""
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


async def rows_referring(
    work: Work, user_id: UUID, *, of: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a tenant that refer to the user, by table, of the modules `of`."""
    found = {}
    for mapper in Base.registry.mappers:
        names = [each.key for each in mapper.column_attrs if _refers(each.columns[0])]
        module = mapper.class_.__module__.split(".")[2]
        if names and module in of and "tenant_id" in mapper.columns:
            query = select(mapper.class_).where(
                or_(*(getattr(mapper.class_, name) == user_id for name in names))
            )
            rows = (await work.session.scalars(query)).all()
            found[str(mapper.local_table)] = exported(rows)
    return found


def _refers(column: Any) -> bool:
    keys = getattr(column, "foreign_keys", ())
    return any(key.target_fullname == "users.id" for key in keys)


def exported(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return all columns of rows as values for JSON, but for secrets and what is private.

    A private column of a row that refers to a person may be about somebody else: a module whose own
    is about that person says so in its `personal_data`.
    """
    return [_exported(row) for row in rows]


def private_columns() -> set[str]:
    """Return the names of all columns that models declare private."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return {name for model in models for name in model.__private__ or ()}


def _exported(row: Any) -> dict[str, Any]:
    names = (each.key for each in type(row).__mapper__.column_attrs)
    return {
        name: to_jsonable_python(getattr(row, name)) for name in names if not _is_left(row, name)
    }


def _is_left(row: Any, name: str) -> bool:
    declared = getattr(type(row), "__private__", None)
    return bool(SECRET.search(name)) if declared is None else name in declared
