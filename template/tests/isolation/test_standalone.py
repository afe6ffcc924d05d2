"""A standalone read sets its tenant before it reads rows, and for this statement only."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from json import loads
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from app.config import Settings
from app.database.compiled.lists import Lists, Shape, Start, orders_of
from app.database.compiled.model_statements import Statements
from app.database.compiled.standalone import ReadStatement
from app.database.tenancy import TENANT_SETTING
from app.kit.ids import new_id

from .samples import Folder
from .two_tenants import ALL_MODELS, TwoTenants

PLANNERS = (
    "enable_nestloop",
    "enable_indexscan",
    "enable_bitmapscan",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_material",
    "enable_memoize",
    "enable_sort",
)
VALUES: Mapping[type[Any], Any] = {
    str: "something",
    UUID: new_id(),
    datetime: datetime(2030, 1, 2, tzinfo=UTC),
}
STARTS = {False: (Start.FIRST_ROW, Start.AFTER_ROW), True: tuple(Start)}
"""The starts of lists, by whether the column may be empty."""
FOLDERS = Statements(Folder, "tenant_id")
FIRST_PAGE = Lists(FOLDERS, {}, orders_of(())).statement(Shape())
SETTING = f"SELECT coalesce(current_setting('{TENANT_SETTING}', true), '')"


@pytest_asyncio.fixture
async def driver(whole: Settings) -> AsyncIterator[Any]:
    """A plain asyncpg connection of the serving role."""
    url = str(whole.database.url).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


class TestTheTenantSetting:
    @pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
    @pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
    async def test_comes_before_any_row(
        self, two_tenants: TwoTenants, driver: Any, model: Any, mode: str
    ) -> None:
        await driver.execute(f"SET plan_cache_mode = {mode}")
        value = VALUES[sorted_column(model).type.python_type]
        for statement in standalone_reads(Statements(model, "tenant_id")):
            plan = await driver.fetchval(
                f"EXPLAIN (VERBOSE, FORMAT JSON) {statement.standalone.sql}",
                *asked(statement, two_tenants, value=value),
            )

            first, second = join_of(loads(plan)[0]["Plan"])["Plans"]
            assert first["Parent Relationship"] == "Outer"
            assert "set_config" in first["Output"][0]
            assert [each for each in nodes(first) if "Relation Name" in each] == []
            assert [each for each in nodes(second) if "Relation Name" in each] != []

    @pytest.mark.parametrize("planner", PLANNERS)
    async def test_is_in_time_whatever_the_planner_prefers(
        self, two_tenants: TwoTenants, driver: Any, planner: str
    ) -> None:
        row = await two_tenants.own_row(Folder.__table__)
        await driver.execute(f"SET {planner} = off")
        for _ in range(8):  # more than five times, so that PostgreSQL also uses the generic plan
            found = await driver.fetch(
                FOLDERS.find.standalone.sql, *asked(FOLDERS.find, two_tenants, row["id"])
            )
            assert [each["id"] for each in found] == [row["id"]]

    async def test_ends_with_the_statement(self, two_tenants: TwoTenants, driver: Any) -> None:
        await driver.fetch(FIRST_PAGE.standalone.sql, *asked(FIRST_PAGE, two_tenants))

        assert await driver.fetchval(SETTING) == ""

    async def test_ends_with_one_that_fails_too(self, two_tenants: TwoTenants, driver: Any) -> None:
        values = {**values_of(two_tenants), "_limit": -1}
        standalone = FIRST_PAGE.standalone
        with pytest.raises(asyncpg.PostgresError, match="negative"):
            await driver.fetch(
                standalone.sql,
                *standalone.with_setting(values, TENANT_SETTING, two_tenants.own.tenant_id),
            )

        assert await driver.fetchval(SETTING) == ""

    async def test_is_what_opens_the_rows(self, two_tenants: TwoTenants, driver: Any) -> None:
        """The same statement finds nothing without the setting, or with another tenant's."""
        row = await two_tenants.own_row(Folder.__table__)
        standalone, values = FOLDERS.find.standalone, values_of(two_tenants, row["id"])

        assert await driver.fetch(FOLDERS.find.sql, *FOLDERS.find.arguments(values)) == []
        for tenant, count in ((two_tenants.own, 1), (two_tenants.foreign, 0)):
            arguments = standalone.with_setting(values, TENANT_SETTING, tenant.tenant_id)
            assert len(await driver.fetch(standalone.sql, *arguments)) == count


def standalone_reads(statements: Statements[Any]) -> list[ReadStatement]:
    """Return the statement that finds a row, and those of all its lists, sorted by one column."""
    orders = orders_of([sorted_column(statements.model)])
    lists = Lists(statements, {}, orders)
    shapes = [
        Shape((), name, start) for name in orders for start in STARTS[orders[name].is_nullable]
    ]
    return [statements.find, *map(lists.statement, shapes)]


def sorted_column(model: type[Any]) -> Any:
    columns = [
        column for column in model.__mapper__.column_attrs if not column.columns[0].primary_key
    ]
    kind = {column.key: column.columns[0].type.python_type for column in columns}
    return getattr(model, next(name for name in kind if kind[name] in VALUES))


def asked(
    statement: ReadStatement, two_tenants: TwoTenants, row_id: Any = None, value: Any = None
) -> Any:
    values = {**values_of(two_tenants, row_id), "_after_value": value}
    return statement.standalone.with_setting(values, TENANT_SETTING, two_tenants.own.tenant_id)


def values_of(two_tenants: TwoTenants, row_id: Any = None) -> dict[str, Any]:
    row_id = row_id or new_id()
    return {
        "_where_own": two_tenants.own.tenant_id,
        "_where_id": row_id,
        "_after_id": row_id,
        "_limit": 51,
    }


def join_of(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the join below the node that sorts a page again."""
    return plan if plan["Node Type"] == "Nested Loop" else join_of(plan["Plans"][0])


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)
