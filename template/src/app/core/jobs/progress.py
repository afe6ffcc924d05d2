"""Telling, in the middle of a run, how far it has come."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from .models import JobProgress

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork

_running: ContextVar[UUID | None] = ContextVar("running job", default=None)


async def report_progress(work: "UnitOfWork", *, done: int, total: int) -> None:
    """Visible at once: it has a transaction of its own. Outside a tenant's run it does nothing."""
    run_id = _running.get()
    if run_id is None:
        return
    async with work.within(work.tenant) as aside:
        key = {"tenant_id": work.tenant.tenant_id, "id": run_id}
        await aside.session.merge(JobProgress(**key, done=done, total=total))


@contextmanager
def running(run_id: UUID | None) -> Iterator[None]:
    token = _running.set(run_id)
    try:
        yield
    finally:
        _running.reset(token)
