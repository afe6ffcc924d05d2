"""Write `app.database.online` into new migrations where Alembic's own operation would block writes.

Tables that the migration itself creates are empty, and keep Alembic's.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from alembic.autogenerate import render, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddColumnOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    MigrateOperation,
    ModifyTableOps,
    OpContainer,
)

FUNCTIONS: dict[type[MigrateOperation], str] = {
    CreateCheckConstraintOp: "create_check_constraint",
    CreateForeignKeyOp: "create_foreign_key",
    CreateIndexOp: "create_index",
    CreateUniqueConstraintOp: "create_unique_constraint",
    DropIndexOp: "drop_index",
}


class OnlineChange(MigrateOperation):
    """A call of the function in database/online.py that has the name of Alembic's operation."""

    def __init__(self, function: str, operation: MigrateOperation) -> None:
        self.function = function
        self.operation = operation


def move_online(steps: OpContainer) -> None:
    """Replace what blocks, and put it last: it commits what the migration did before."""
    created = {step.table_name for step in steps.ops if isinstance(step, CreateTableOp)}
    changed = list(_changed(steps.ops, created))
    online = [step for step in changed if isinstance(step, OnlineChange)]
    replaced = {_key(step.operation) for step in online}
    first = [step for step in changed if not _is_first_half(step, replaced)]
    steps.ops = [*first, *online]
    if online:
        _make_repeatable(first)


def _changed(steps: Iterable[MigrateOperation], created: set[str]) -> Iterator[MigrateOperation]:
    for step in steps:
        if not isinstance(step, ModifyTableOps) or step.table_name in created:
            yield step
            continue
        for change in step.ops:
            function = FUNCTIONS.get(type(change))
            yield OnlineChange(function, change) if function else change


def _is_first_half(step: MigrateOperation, replaced: set[Any]) -> bool:
    """True for the drop of a constraint that is replaced by one of the same name, and for what is
    moved to the end.
    """
    dropped = isinstance(step, DropConstraintOp) and _key(step) in replaced
    return dropped or isinstance(step, OnlineChange)


def _make_repeatable(steps: Iterable[MigrateOperation]) -> None:
    for step in steps:
        if isinstance(step, AddColumnOp):
            step.if_not_exists = True
        elif isinstance(step, DropColumnOp | DropConstraintOp):
            step.if_exists = True


def _key(step: Any) -> tuple[str | None, str | None]:
    table = getattr(step, "table_name", None) or getattr(step, "source_table", None)
    return table, getattr(step, "constraint_name", None)


@renderers.dispatch_for(OnlineChange)
def _render(context: AutogenContext, step: OnlineChange) -> str:
    context.imports.add(f"from app.database.online import {step.function}")
    [written] = render.render_op(context, step.operation)
    return written.replace(f"op.{step.function}(", f"{step.function}(", 1)
