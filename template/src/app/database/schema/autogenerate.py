"""What `alembic revision --autogenerate` adds: each new table comes with its policies."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    CreateTableOp,
    MigrateOperation,
    MigrationScript,
    OpContainer,
)

from app.database.schema.guarantees import TABLES_WITHOUT_MODEL, global_tables, personal_columns
from app.database.schema.migrations import left_behind


class ProtectTable(MigrateOperation):
    """A call of database/rls.py, written below the table that it protects."""

    def __init__(self, function: str, *arguments: str) -> None:
        self.function = function
        self.arguments = arguments


def is_ours(name: str | None, kind: str, _: Any) -> bool:
    """Not compared with our models: tables that others migrate or that a module left behind."""
    if kind != "table":
        return True
    return name not in {*TABLES_WITHOUT_MODEL, *chain(*left_behind().values())}


def protect_new_tables(_: Any, __: Any, directives: list[MigrationScript]) -> None:
    for script in directives:
        for steps in (*script.upgrade_ops_list, *script.downgrade_ops_list):
            steps.ops = list(_with_protection(steps))


def _with_protection(steps: OpContainer) -> Iterator[MigrateOperation]:
    for step in steps.ops:
        yield step
        if isinstance(step, CreateTableOp):
            step.info = {}  # notes of ours to ourselves
            yield from _protection(step.table_name)


def _protection(table: str) -> Iterator[ProtectTable]:
    if table in global_tables():
        yield ProtectTable("grant_global", table)
        return
    yield ProtectTable("protect", table)
    if column := personal_columns().get(table):
        yield ProtectTable("protect_for_person", table, column)


@renderers.dispatch_for(ProtectTable)
def _render(context: AutogenContext, step: ProtectTable) -> str:
    context.imports.add(f"from app.database.rls import {step.function}")
    return f"{step.function}({', '.join(map(repr, step.arguments))})"
