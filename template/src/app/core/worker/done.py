"""Make runs effective exactly once: their mark commits together with their work."""

from app.core.jobs.sql import queue_sql
from app.core.work import Work
from app.database.compiled.statement import Statement

MARK = Statement(
    queue_sql("""
    UPDATE procrastinate_jobs SET args = args || '{"done": true}'
    WHERE id = :id AND NOT (args ->> 'done')::boolean RETURNING id
""")
)
IS_DONE = Statement(
    queue_sql("""
    SELECT FROM procrastinate_jobs WHERE id = :id AND (args ->> 'done')::boolean
""")
)


class AlreadyDone(Exception):
    """Another worker took this run over and finished first: this one is rolled back."""


async def mark_done(work: Work, run_id: int) -> None:
    """Mark a run as done. Raises AlreadyDone.

    A run without a row is allowed: it deleted its own tenant.
    """
    run = {"id": run_id}
    if not await work.session.fetch(MARK, run) and await work.session.fetch(IS_DONE, run):
        raise AlreadyDone
