"""Reads in one round trip: a statement that announces its tenant itself, without BEGIN and COMMIT.

PostgreSQL gives such a statement a transaction of its own, with which the setting ends. LATERAL
says that rows are looked for with what `announced` came to: the policies read the setting after
it was made. Were it ever otherwise, they would find none and show no rows; tests ask for the plans.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, bindparam, func, literal_column, select, true

from app.database.compiled.statement import Statement

READS_ALONE = "reads_alone"
"""The engine option that allows reads without a transaction; off behind PgBouncer."""

SET_CONFIG = func.set_config(
    bindparam("_setting", type_=String()), bindparam("_announced", type_=String()), true()
)
NOTHING = literal_column("0", Integer)
"""An OFFSET that keeps the planner from merging one query with another."""


class Reading(Statement):
    """A query for a transaction that has begun, and the same `alone`."""

    __slots__ = ("alone",)

    def __init__(self, query: Select[Any], *, newest_first: bool = False) -> None:
        super().__init__(query)
        self.alone = Alone(query, newest_first=newest_first)


class Alone(Statement):
    __slots__ = ()

    def __init__(self, query: Select[Any], *, newest_first: bool) -> None:
        announced = select(SET_CONFIG.label("own")).offset(NOTHING).subquery("announced")
        found = query.where(announced.c.own.is_not(None)).offset(NOTHING).lateral("found")
        rows = select(found).select_from(announced.join(found, true()))
        super().__init__(rows.order_by(found.c.id.desc()) if newest_first else rows)

    def announcing(self, values: Mapping[str, Any], setting: str, own: UUID) -> Sequence[Any]:
        """As `arguments`."""
        return self.arguments({**values, "_setting": setting, "_announced": str(own)})
