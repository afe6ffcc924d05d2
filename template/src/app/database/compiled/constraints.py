"""The names that a model's constraints have in PostgreSQL, whose errors contain nothing else."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Constraint, Index, UniqueConstraint
from sqlalchemy.orm import InstrumentedAttribute

from app.database.compiled.statement import DIALECT
from app.database.mixins import IGNORES_CASE

TENANT = "tenant_id"
ALLOWED = "_is_allowed"


def references(model: type[Any]) -> Iterator[tuple[str, str]]:
    """Yield name and column of each foreign key within the tenant (`tenant_foreign_key`), or to a
    table that all tenants share.
    """
    for constraint in model.__table__.foreign_key_constraints:
        within = len(constraint.column_keys) == 2 and constraint.column_keys[0] == TENANT
        if within or constraint.elements[0].info.get("shared"):
            yield name_of(constraint), _key(model, constraint.column_keys[-1])


def limits(model: type[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield name and columns of each CHECK constraint `COLUMN_is_allowed`, that column first."""
    for constraint in model.__table__.constraints:
        name = str(constraint.name or "")
        column = name.removeprefix(f"ck_{model.__tablename__}_").removesuffix(ALLOWED)
        if isinstance(constraint, CheckConstraint) and name.endswith(ALLOWED):
            words = re.findall(r"\w+", str(constraint.sqltext))
            others = [each for each in dict.fromkeys(words) if each in model.__table__.columns]
            names = dict.fromkeys([column, *others])
            yield name_of(constraint), tuple(_key(model, each) for each in names)


def unique(model: type[Any], attribute: InstrumentedAttribute[Any]) -> Iterator[str]:
    """Yield the names of the unique constraints and indexes that end with the column."""
    column = attribute.property.columns[0].name
    for constraint in (*model.__table__.constraints, *model.__table__.indexes):
        if _last_unique(constraint) == column:
            yield name_of(constraint)


def name_of(constraint: Constraint | Index) -> str:
    """Return the name, which the naming convention makes and PostgreSQL limits in length."""
    return str(DIALECT.identifier_preparer.format_constraint(constraint)).strip('"')


def _last_unique(constraint: Any) -> str | None:
    match constraint:
        case UniqueConstraint():
            return str([*constraint.columns][-1].name)
        case Index(unique=True):
            return constraint.info.get(IGNORES_CASE) or getattr(
                constraint.expressions[-1], "name", None
            )
        case _:
            return None


def _key(model: type[Any], column: str) -> str:
    """Return the attribute of a column."""
    return str(model.__mapper__.get_property_by_column(model.__table__.columns[column]).key)
