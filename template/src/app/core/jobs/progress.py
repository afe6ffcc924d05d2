"""Report the progress of a run while it is running."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol
from uuid import UUID

from app.core.work import Work
from app.database.tenancy import Context, TenantContext

from .models import JobProgress


class Units(Protocol):
    """A tenant's unit of work that can open others."""

    @property
    def tenant(self) -> TenantContext: ...

    def within(self, context: Context) -> AbstractAsyncContextManager[Work]: ...


_running: ContextVar[UUID | None] = ContextVar("running job", default=None)


async def report_progress(work: Units, *, done: int, total: int) -> None:
    """Store the progress in its own transaction, visible at once. No-op outside a tenant's run."""
    run_id = current_run()
    if run_id is None:
        return
    async with work.within(work.tenant) as aside:
        key = {"tenant_id": work.tenant.tenant_id, "id": run_id}
        await aside.session.merge(JobProgress(**key, done=done, total=total))


def current_run() -> UUID | None:
    """Return the id of the job's run, the same at each attempt; None outside a run."""
    return _running.get()


@contextmanager
def running(run_id: UUID | None) -> Iterator[None]:
    token = _running.set(run_id)
    try:
        yield
    finally:
        _running.reset(token)
