"""Purge finished jobs, which are kept for a while to be inspected."""

from datetime import timedelta

from app.core.jobs.job import job
from app.core.jobs.sql import queue_sql
from app.core.work import Work

RETENTION = {
    "succeeded": timedelta(days=7),
    "cancelled": timedelta(days=30),
    "aborted": timedelta(days=90),
    "failed": timedelta(days=90),
}
PURGE = queue_sql("""
    DELETE FROM procrastinate_jobs job WHERE status = CAST(:status AS procrastinate_job_status)
    AND NOT EXISTS (
        SELECT FROM procrastinate_events event
        WHERE event.job_id = job.id AND event.at > now() - make_interval(secs => :seconds))
""")


@job(name="jobs.purge_old_jobs", cron="17 3 * * *", without_tenant=True)
async def purge_old_jobs(work: Work) -> None:
    for status, kept in RETENTION.items():
        await work.session.execute(PURGE, {"status": status, "seconds": kept.total_seconds()})
