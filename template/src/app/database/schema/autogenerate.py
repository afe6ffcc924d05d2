"""Additions to `alembic revision --autogenerate`: policies and changed CHECK constraints.

Each new table gets its policies, and a CHECK constraint that differs between model and table is
replaced.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    CreateCheckConstraintOp,
    CreateTableOp,
    DropConstraintOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
)
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from app.database.schema.checks import Difference, differences
from app.database.schema.guarantees import (
    TABLES_WITHOUT_MODEL,
    global_tables,
    personal_columns,
    shared_tables,
)
from app.database.schema.migrations import left_behind
from app.database.schema.online_changes import move_online


class ProtectTable(MigrateOperation):
    """A call of a function in database/rls.py, written below the table that it protects."""

    def __init__(self, function: str, *arguments: str) -> None:
        self.function = function
        self.arguments = arguments


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    """Return False for tables that others migrate or that a removed module left behind."""
    if kind != "table":
        return True
    return name not in {*TABLES_WITHOUT_MODEL, *chain(*left_behind().values())}


def is_another_default(
    _: Any, __: Any, ___: Any, inspected: str | None, ____: Any, declared: str | None
) -> bool | None:
    """Return False for equal texts, otherwise None: then Alembic lets PostgreSQL compare.

    It would find that a volatile default, such as `gen_random_uuid()`, differs from itself.
    """
    return False if inspected == declared else None


COMPARED: dict[str, Any] = {
    "include_name": is_ours,
    "compare_type": True,
    "compare_server_default": is_another_default,
}
"""Alembic's options to compare a database with the models: migrations, tests, `app doctor`."""


def protect_new_tables(_: Any, __: Any, directives: list[MigrationScript]) -> None:
    """Complete a new migration: policies of new tables, and no upgrade that blocks writes."""
    for script in directives:
        for upgrade in script.upgrade_ops_list:
            move_online(upgrade)
        for steps in (*script.upgrade_ops_list, *script.downgrade_ops_list):
            steps.ops = list(_with_protection(steps))


@comparators.dispatch_for("table")
def _compare_checks(
    context: AutogenContext,
    changes: ModifyTableOps,
    _: str | None,
    __: str,
    stored: Table | None,
    wanted: Table | None,
) -> None:
    """Compare the CHECK constraints of tables that exist in both the models and the database."""
    connection = context.connection
    if stored is None or wanted is None or connection is None:
        return
    for difference in differences(connection, wanted):
        changes.ops.extend(_steps_for(wanted.name, difference))


def _steps_for(table: str, difference: Difference) -> Iterator[MigrateOperation]:
    name = conv(difference.name)
    if difference.stored is not None:
        before = CreateCheckConstraintOp(name, table, difference.stored)
        yield DropConstraintOp(name, table, type_="check", _reverse=before)
    if difference.wanted is not None:
        yield CreateCheckConstraintOp(name, table, difference.wanted)


def _with_protection(steps: OpContainer) -> Iterator[MigrateOperation]:
    for step in steps.ops:
        yield step
        if isinstance(step, CreateTableOp):
            step.info = {}  # our own notes, which are not rendered
            yield from _protection(step.table_name)


def _protection(table: str) -> Iterator[ProtectTable]:
    if table in global_tables():
        yield ProtectTable("grant_shared" if table in shared_tables() else "grant_global", table)
        return
    yield ProtectTable("protect", table)
    if column := personal_columns().get(table):
        yield ProtectTable("protect_for_person", table, column)


@renderers.dispatch_for(ProtectTable)
def _render(context: AutogenContext, step: ProtectTable) -> str:
    context.imports.add(f"from app.database.rls import {step.function}")
    return f"{step.function}({', '.join(map(repr, step.arguments))})"
