"""Standalone reads: one statement that sets its tenant and reads, without BEGIN and COMMIT.

PostgreSQL runs such a statement in its own transaction, with which the setting ends. LATERAL makes
the query depend on the result of `setting`, so the policies read the setting after it was set. If
that order ever changed, the policies would match no rows; tests check the plans.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, bindparam, func, literal_column, select, true

from app.database.compiled.statement import Statement

SINGLE_STATEMENT_READS = "single_statement_reads"
"""The engine option that allows standalone reads; off behind PgBouncer."""

SET_CONFIG = func.set_config(
    bindparam("_setting", type_=String()), bindparam("_tenant", type_=String()), true()
)
NOTHING = literal_column("0", Integer)
"""OFFSET 0 keeps the planner from merging the subqueries."""


class ReadStatement(Statement):
    """A query to run in a transaction, and the same query as a standalone read, `standalone`."""

    __slots__ = ("standalone",)

    def __init__(self, query: Select[Any], *, order: Sequence[tuple[str, bool]] = ()) -> None:
        """`order` has the names of the query's columns and whether each is descending."""
        super().__init__(query)
        self.standalone = StandaloneRead(query, order)


class StandaloneRead(Statement):
    __slots__ = ()

    def __init__(self, query: Select[Any], order: Sequence[tuple[str, bool]]) -> None:
        setting = select(SET_CONFIG.label("own")).offset(NOTHING).subquery("setting")
        found = query.where(setting.c.own.is_not(None)).offset(NOTHING).lateral("found")
        rows = select(found).select_from(setting.join(found, true()))
        in_order = (found.c[name].desc() if down else found.c[name] for name, down in order)
        super().__init__(rows.order_by(*in_order))

    def with_setting(self, values: Mapping[str, Any], setting: str, own: UUID) -> Sequence[Any]:
        """Return the `arguments` with the tenant's setting."""
        return self.arguments({**values, "_setting": setting, "_tenant": str(own)})
