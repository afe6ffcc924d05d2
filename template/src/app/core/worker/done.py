"""A run happens once in effect: its mark commits with its work, or neither does."""

from app.core.jobs.sql import queue_sql
from app.core.work import Work

MARK = queue_sql("""
    UPDATE procrastinate_jobs SET args = args || '{"done": true}'
    WHERE id = :id AND NOT (args ->> 'done')::boolean RETURNING id
""")
IS_DONE = queue_sql("SELECT (args ->> 'done')::boolean FROM procrastinate_jobs WHERE id = :id")


class AlreadyDone(Exception):
    """Another worker, which took this run over, was faster: what was done here is rolled back."""


async def mark_done(work: Work, run_id: int) -> None:
    """Raises AlreadyDone. A run whose row is gone deleted its own tenant, and may."""
    marked = await work.session.scalar(MARK, {"id": run_id})
    if marked is None and await work.session.scalar(IS_DONE, {"id": run_id}):
        raise AlreadyDone
