from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.core.events.operations import Delivered, archive, list_deliveries, resubmit
from app.core.unit_of_work import CurrentWork, UnitOfWork


class EventOperations:
    """Lists deliveries of events of all tenants, repeats failed ones, gives them up.

    For superusers.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(
        self, *, statuses: Sequence[str], limit: int, before: UUID | None = None
    ) -> Sequence[Delivered]:
        reason = f"list the deliveries of events: {', '.join(statuses)}"
        async with self._across_tenants(reason) as work:
            return await list_deliveries(work, statuses=statuses, limit=limit, before=before)

    async def resubmit(self, event_id: UUID, *, handler: str | None = None) -> int:
        """Deliver the event again where that failed; return to how many subscribers."""
        async with self._across_tenants(f"deliver event {event_id} again") as work:
            known = self.work.runtime.subscriptions
            return await resubmit(work, known, event_ids=[event_id], handler=handler)

    async def archive(self, event_id: UUID) -> bool:
        """Give the event up: it is no longer listed. Return False if it was archived already."""
        async with self._across_tenants(f"archive event {event_id}") as work:
            return bool(await archive(work, event_ids=[event_id]))

    def _across_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)
