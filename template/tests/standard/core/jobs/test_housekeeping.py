from sqlalchemy import select

from app.core.auth import Actor
from app.core.events.models import OutboxEvent
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.core.worker.housekeeping.events import purge_old_events
from app.core.worker.housekeeping.jobs import purge_old_jobs
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import change, enqueue_add, statuses
from tests.support.samples import CounterMoved

MONTHS = "interval '40 days'"


class TestPurgeOldJobs:
    async def test_keeps_what_is_new_or_not_over(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        for _ in range(4):
            await enqueue_add(queue, owner)
        await change(
            queue,
            "UPDATE procrastinate_jobs SET status ="
            " (ARRAY['succeeded', 'succeeded', 'failed', 'todo'])"
            "[id - (SELECT min(id) FROM procrastinate_jobs) + 1]::procrastinate_job_status",
        )
        await change(
            queue,
            f"UPDATE procrastinate_events SET at = at - {MONTHS}"
            " WHERE job_id <> (SELECT min(id) FROM procrastinate_jobs)",
        )

        async with open_unit(queue, Actor.system(), None) as work:
            await purge_old_jobs.run(work)

        assert await statuses(queue) == ["succeeded", "failed", "todo"]


class TestPurgeOldEvents:
    async def test_keeps_what_is_new_or_was_not_handled(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        handled, failed, archived, new = (CounterMoved(new_id()) for _ in range(4))
        async with open_unit(queue, owner.actor, owner.context) as work:
            for event in (handled, failed, archived, new):
                work.publish(event)
        of = "(SELECT id FROM event_outbox WHERE payload ->> 'counter' = :counter)"
        for event, status in ((handled, "handled"), (failed, "failed"), (archived, "failed")):
            values = {"counter": str(event.counter), "status": status}
            await change(
                queue,
                f"UPDATE event_deliveries SET status = :status WHERE event_id = {of}",
                **values,
            )
        await change(
            queue,
            f"UPDATE event_outbox SET archived_at = now() WHERE id = {of}",
            counter=str(archived.counter),
        )
        await change(
            queue,
            f"UPDATE event_outbox SET occurred_at = occurred_at - {MONTHS}"
            " WHERE payload ->> 'counter' <> :counter",
            counter=str(new.counter),
        )

        async with open_unit(queue, Actor.system(), None) as work:
            await purge_old_events.run(work)

        assert await kept(queue) == {str(failed.counter), str(new.counter)}


async def kept(queue: Runtime) -> set[str]:
    async with open_unit(queue, Actor.system(), None) as work:
        rows = await work.session.scalars(select(OutboxEvent.payload))
        return {payload["counter"] for payload in rows if "counter" in payload}
