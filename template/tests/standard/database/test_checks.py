"""`make migration` writes CHECK constraints and defaults, and its migrations run."""

import asyncio
from collections.abc import Callable

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import Operations
from alembic.operations.ops import OpContainer
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, Integer, MetaData, Table, text
from sqlalchemy import String as Text
from sqlalchemy.ext.asyncio import create_async_engine

from app.database.base import NAMING
from app.database.embedded import DatabaseUrls
from app.database.schema.autogenerate import COMPARED

TABLE = """
    CREATE TABLE orders (
        id integer PRIMARY KEY, status varchar(40) NOT NULL DEFAULT 'draft', amount integer,
        CONSTRAINT ck_orders_known CHECK (status IN ('draft', 'sent', 'it''s 100% "paid"')),
        CONSTRAINT ck_orders_positive CHECK (amount > 0)
    )
"""
STATUS = """status IN ('draft', 'sent', 'it''s 100% "paid"')"""
KNOWN = {"known": STATUS, "positive": "amount > 0"}
OPTIONS = COMPARED | {"include_name": lambda name, kind, _: kind != "table" or name == "orders"}


def model(checks: dict[str, str], *, default: str = "draft", length: int = 40) -> MetaData:
    metadata = MetaData(naming_convention=NAMING)
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("status", Text(length), nullable=False, server_default=default),
        Column("amount", Integer),
        *(CheckConstraint(sql, name=name) for name, sql in checks.items()),
    )
    return metadata


def run(urls: DatabaseUrls, act: Callable[[Connection], None]) -> None:
    async def within() -> None:
        engine = create_async_engine(urls.owner_url)
        async with engine.begin() as connection:
            await connection.execute(text("DROP TABLE IF EXISTS orders"))
            await connection.exec_driver_sql(TABLE)
            await connection.run_sync(act)
        await engine.dispose()

    asyncio.run(within())


def changes(connection: Connection, metadata: MetaData) -> str:
    """Return the migration's code for the changes; it is `pass` if there are none."""
    context = MigrationContext.configure(connection, opts=OPTIONS)
    script = produce_migrations(context, metadata)
    up = render_python_code(script.upgrade_ops_list[0])
    assert "op.f('ck_orders" in up or "constraint" not in up
    return up


def migrate(connection: Connection, metadata: MetaData) -> OpContainer:
    """Run the migration, and return its downgrade."""
    context = MigrationContext.configure(connection, opts=OPTIONS)
    script = produce_migrations(context, metadata)
    invoke(context, script.upgrade_ops_list[0])
    return script.downgrade_ops_list[0]


def invoke(context: MigrationContext, steps: OpContainer) -> None:
    for step in steps.ops:
        if isinstance(step, OpContainer):
            invoke(context, step)
        else:
            Operations(context).invoke(step)


def test_the_same_is_no_change(scratch: DatabaseUrls) -> None:
    def act(connection: Connection) -> None:
        assert "pass" in changes(connection, model(KNOWN))
        spelled = {"known": f"({STATUS})", "positive": "( amount>0 )"}
        assert "pass" in changes(connection, model(spelled))

    run(scratch, act)


CHANGED = {
    "a value is added": KNOWN | {"known": STATUS.replace(")", ", 'void')")},
    "a value is removed": KNOWN | {"known": "status IN ('draft', 'sent')"},
    "a value is renamed": KNOWN | {"known": STATUS.replace("sent", "posted")},
    "a limit is changed": KNOWN | {"positive": "amount > 1"},
    "a constraint is new": KNOWN | {"small": "amount < 100"},
    "a constraint is gone": {"known": STATUS},
    "a constraint has another name": {"known": STATUS, "above_zero": "amount > 0"},
    "all are gone": {},
}


@pytest.mark.parametrize("checks", CHANGED.values(), ids=CHANGED)
def test_what_differs_is_written_and_runs_there_and_back(
    scratch: DatabaseUrls, checks: dict[str, str]
) -> None:
    def act(connection: Connection) -> None:
        assert "_constraint(" in changes(connection, model(checks))

        back = migrate(connection, model(checks))
        assert "pass" in changes(connection, model(checks))

        invoke(MigrationContext.configure(connection, opts=OPTIONS), back)
        assert "pass" in changes(connection, model(KNOWN))

    run(scratch, act)


def test_a_new_columns_constraint_comes_with_it(scratch: DatabaseUrls) -> None:
    def act(connection: Connection) -> None:
        metadata = model(KNOWN | {"known": f"{STATUS} AND kind <> ''"})
        metadata.tables["orders"].append_column(Column("kind", Text(10)))

        migrate(connection, metadata)

        assert "pass" in changes(connection, metadata)

    run(scratch, act)


@pytest.mark.parametrize("changed", [{"default": "sent"}, {"length": 60}], ids=str)
def test_defaults_and_lengths_are_compared_too(
    scratch: DatabaseUrls, changed: dict[str, str]
) -> None:
    def act(connection: Connection) -> None:
        wanted = model(KNOWN, **changed)  # type: ignore[arg-type]  # of one kind each

        assert "alter_column" in changes(connection, wanted)

        migrate(connection, wanted)
        assert "pass" in changes(connection, wanted)

    run(scratch, act)
