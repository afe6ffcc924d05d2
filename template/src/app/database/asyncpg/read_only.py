"""A transaction that only reads, from a replica as long as it answers, else from the primary."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from app.database.tenancy import Context

from .errors import is_unreachable
from .transaction import Transaction

CANCELLED_BY_RECOVERY = ("40001", "40P01")
"""SQLSTATEs of a replica that ends a statement to go on with what the primary has written."""


class ReadsOnly(Exception):
    """A unit of work was about to write or lock rows where it had said that its reads may lag."""

    def __str__(self) -> str:
        return (
            "What `reads_may_lag` yields only reads: write and lock rows with the session of the"
            " unit of work, and read there what the write depends on."
        )


class ReadOnlyTransaction(Transaction):
    """`engine` is a replica's, `primary` is where to go if it does not answer.

    Writes of repositories and of the ORM are refused here. What text does is unknown here, so
    PostgreSQL refuses it: the transaction is READ ONLY, on the primary too.
    """

    def __init__(self, engine: Engine, context: Context, primary: Engine) -> None:
        super().__init__(engine, context)
        self.primary = primary

    @property
    def has_written(self) -> bool:
        return False

    @has_written.setter
    def has_written(self, value: bool) -> None:
        if value:
            raise ReadsOnly

    def note_text(self) -> None:
        """Allow it: PostgreSQL refuses what writes."""

    async def _send_first(
        self, ahead: Sequence[str], sql: str, arguments: Sequence[Any]
    ) -> list[Any]:
        try:
            return await super()._send_first(ahead, sql, arguments)
        except DBAPIError as error:
            if self.engine is self.primary or not _is_the_replicas(error):
                raise
        await self.end()
        self.engine = self.primary
        return await super()._send_first(ahead, sql, arguments)

    def _begin_sql(self) -> list[str]:
        begin, *others = super()._begin_sql()
        return [f"{begin} READ ONLY", *others]


def _is_the_replicas(error: DBAPIError) -> bool:
    """True for a failure that the primary does not share."""
    sqlstate: str = getattr(error.orig, "sqlstate", None) or ""
    return is_unreachable(error) or sqlstate in CANCELLED_BY_RECOVERY
