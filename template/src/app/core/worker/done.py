"""Make runs effective exactly once: their mark commits together with their work."""

from app.core.jobs.sql import queue_sql
from app.core.work import Work

MARK = queue_sql("""
    UPDATE procrastinate_jobs SET args = args || '{"done": true}'
    WHERE id = :id AND NOT (args ->> 'done')::boolean RETURNING id
""")
IS_DONE = queue_sql("SELECT (args ->> 'done')::boolean FROM procrastinate_jobs WHERE id = :id")


class AlreadyDone(Exception):
    """Another worker took this run over and finished first: this one is rolled back."""


async def mark_done(work: Work, run_id: int) -> None:
    """Mark a run as done. Raises AlreadyDone.

    A run without a row is allowed: it deleted its own tenant.
    """
    marked = await work.session.scalar(MARK, {"id": run_id})
    if marked is None and await work.session.scalar(IS_DONE, {"id": run_id}):
        raise AlreadyDone
