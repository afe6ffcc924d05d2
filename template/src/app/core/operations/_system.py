import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from app.core.audit import AuditEntry, AuditEntryRepository
from app.core.jobs.sql import queue_sql
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.database.schema.migrations import PROJECT, is_newer, missing_migrations
from app.kit.rows import Rows

COUNTS = queue_sql("""
    SELECT status::text, count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed', 'aborted', 'cancelled') GROUP BY status
""")
WORKERS = queue_sql("SELECT last_heartbeat FROM procrastinate_workers ORDER BY last_heartbeat DESC")
DATABASE = queue_sql("SELECT current_setting('server_version')")
ANSWERS = PROJECT / ".copier-answers.yml"
RELEASE = re.compile(r"^_commit:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Health:
    """`release` is that of the standard, None where the answers file is not installed."""

    database: str
    missing: Sequence[str]
    is_newer: bool
    jobs: Mapping[str, int]
    workers: Sequence[datetime]
    release: str | None


class SystemOperations:
    """Shows how the installation is, and what was done across tenants. For superusers."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def health(self) -> Health:
        self.work.require_superuser()
        await self.work.release()
        async with self.work.runtime.database.rw.connect() as connection:
            missing, newer = await missing_migrations(connection), await is_newer(connection)
        async with self._across_tenants("read the health of the system") as work:
            counts = (await work.session.execute(COUNTS)).all()
            return Health(
                database=str(await work.session.scalar(DATABASE)),
                missing=missing,
                is_newer=newer,
                jobs={status: count for status, count in counts},  # noqa: C416 - rows are no pairs
                workers=list(await work.session.scalars(WORKERS)),
                release=_release(),
            )

    async def audit(self, *, limit: int, cursor: str | None = None) -> Rows[AuditEntry]:
        """Return what superusers and operators did across tenants, newest first."""
        async with self._across_tenants("read the system's audit log") as work:
            return await AuditEntryRepository(work.session).list(limit=limit, cursor=cursor)

    def _across_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)


def _release() -> str | None:
    """Return the release of the standard that the project has."""
    if not ANSWERS.exists():
        return None
    found = RELEASE.search(ANSWERS.read_text(encoding="utf-8"))
    return found[1].strip("'\"") if found else None
