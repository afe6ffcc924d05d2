"""Attack the tables that all tenants share: everybody reads them, and no tenant writes them."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from .attacks_reading import WITH_REASON
from .report import Report
from .rows import shared_row
from .two_tenants import TwoTenants, shared_models


class TestSharedTables:
    async def test_are_read_by_each_tenant(self, two_tenants: TwoTenants, report: Report) -> None:
        for model in shared_models():
            report.add(table=model.__tablename__)
            row = await shared_row(two_tenants.admin, model.__table__)
            for person in (two_tenants.own, two_tenants.foreign):
                async with two_tenants.session_of(person.context) as session:
                    found = await session.scalar(select(model.id).where(model.id == row["id"]))
                    assert found == row["id"]

    async def test_are_written_by_none(self, two_tenants: TwoTenants, report: Report) -> None:
        for model in shared_models():
            report.add(table=model.__tablename__)
            row = await shared_row(two_tenants.admin, model.__table__)
            for statement in writes(model.__table__, row):
                async with two_tenants.session() as session:
                    with pytest.raises(DBAPIError, match="permission denied"):
                        await session.execute(statement, execution_options=WITH_REASON)

    async def test_refer_to_no_tenant(self) -> None:
        for model in shared_models():
            targets = {key.column.table for key in model.__table__.foreign_keys}
            assert [target.name for target in targets if not target.info.get("shared")] == []


def writes(table: Any, row: dict[str, Any]) -> tuple[Any, ...]:
    own = table.c.id == row["id"]
    return insert(table).values(row), update(table).where(own).values(row), delete(table).where(own)
