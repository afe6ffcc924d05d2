"""Remove one layer of isolation, by a monkeypatch or in a database made for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, ForeignKeyConstraint, MetaData, Table, text
from sqlalchemy.orm import Session

from app.database import repository
from app.database.base import Base
from app.database.mixins import TenantMixin
from app.database.orm import tenant_filter as orm_filter
from app.database.orm.session import OrmSession
from app.database.tenancy import Context, TenantContext

from .samples import Samples

ORIGINAL_CREATE = repository.Repository.create


def remove_session_filter(patch: pytest.MonkeyPatch) -> None:
    """Remove the session's tenant filter and its check of foreign objects."""
    patch.setattr(orm_filter, "apply_tenant_filter", lambda *_: None)
    patch.setattr(orm_filter, "refuse_foreign_row", lambda *_: None)
    patch.setattr(repository, "tenant_filter", lambda *_, **__: (None, None))
    patch.setattr(repository.Repository, "create", _create)
    for name in ("connection", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"):
        patch.setattr(OrmSession, name, getattr(Session, name))


def remove_stamp_check(patch: pytest.MonkeyPatch) -> None:
    """Fill in the tenant of new rows, without checking the tenant of rows that name one."""
    patch.setattr(orm_filter, "check_flush", _only_stamp)


def remove_row_security(connection: Connection) -> None:
    for table in _tables_of_tenants():
        connection.execute(text(f"ALTER TABLE {table.name} NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text(f"ALTER TABLE {table.name} DISABLE ROW LEVEL SECURITY"))


def remove_composite_keys(connection: Connection) -> None:
    """Replace composite foreign keys by references by id alone, as most schemas have them."""
    for table in _tables_of_tenants():
        for key in _composite(table):
            target = key.referred_table.name
            column = _reference(key)
            connection.execute(text(f"ALTER TABLE {target} ADD UNIQUE (id)"))
            connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {key.name}"))
            connection.execute(
                text(
                    f"ALTER TABLE {table.name} ADD FOREIGN KEY ({column}) REFERENCES {target} (id)"
                )
            )


async def _create(self: repository.Repository[Any], **values: Any) -> Any:
    """Fill in the tenant if none is given, because a row without one is invalid in any case."""
    context = self.session.context
    if issubclass(self.model, TenantMixin) and isinstance(context, TenantContext):
        values.setdefault("tenant_id", context.tenant_id)
    return await ORIGINAL_CREATE(self, **values)


def _only_stamp(session: Session, context: Context) -> None:
    for row in session.new:
        if isinstance(row, TenantMixin) and isinstance(context, TenantContext):
            row.tenant_id = row.tenant_id or context.tenant_id


def _tables_of_tenants() -> Iterator[Table]:
    for metadata in (Base.metadata, Samples.metadata):
        yield from _with_tenant(metadata)


def _with_tenant(metadata: MetaData) -> Iterator[Table]:
    for table in metadata.sorted_tables:
        if "tenant_id" in table.primary_key.columns:
            yield table


def composite_references() -> set[str]:
    """Return the columns whose composite keys are removed."""
    return {_reference(key) for table in _tables_of_tenants() for key in _composite(table)}


def _reference(key: ForeignKeyConstraint) -> str:
    return next(name for name in key.column_keys if name != "tenant_id")


def _composite(table: Table) -> Iterator[ForeignKeyConstraint]:
    for key in table.foreign_key_constraints:
        if len(key.columns) > 1 and "tenant_id" in key.column_keys:
            yield key
