"""Standalone reads: one statement that sets its tenant and reads, without BEGIN and COMMIT.

PostgreSQL runs such a statement in its own transaction, with which the setting ends. LATERAL makes
the query depend on the result of `announced`, so the policies read the setting after it was set. If
that order ever changed, the policies would match no rows; tests check the plans.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, bindparam, func, literal_column, select, true

from app.database.compiled.statement import Statement

READS_ALONE = "reads_alone"
"""The engine option that allows standalone reads; off behind PgBouncer."""

SET_CONFIG = func.set_config(
    bindparam("_setting", type_=String()), bindparam("_announced", type_=String()), true()
)
NOTHING = literal_column("0", Integer)
"""OFFSET 0 keeps the planner from merging the subqueries."""


class Reading(Statement):
    """A query to run in a transaction, and the same query as a standalone read, `alone`."""

    __slots__ = ("alone",)

    def __init__(self, query: Select[Any], *, order: Sequence[tuple[str, bool]] = ()) -> None:
        """`order` has the names of the query's columns and whether each is descending."""
        super().__init__(query)
        self.alone = Alone(query, order)


class Alone(Statement):
    __slots__ = ()

    def __init__(self, query: Select[Any], order: Sequence[tuple[str, bool]]) -> None:
        announced = select(SET_CONFIG.label("own")).offset(NOTHING).subquery("announced")
        found = query.where(announced.c.own.is_not(None)).offset(NOTHING).lateral("found")
        rows = select(found).select_from(announced.join(found, true()))
        in_order = (found.c[name].desc() if down else found.c[name] for name, down in order)
        super().__init__(rows.order_by(*in_order))

    def announcing(self, values: Mapping[str, Any], setting: str, own: UUID) -> Sequence[Any]:
        """As `arguments`, with the tenant's setting."""
        return self.arguments({**values, "_setting": setting, "_announced": str(own)})
