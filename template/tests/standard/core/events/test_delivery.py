from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from app.core.auth import ANONYMOUS, Actor
from app.core.events.models import Delivery, OutboxEvent
from app.core.events.operations import archive, list_deliveries, resubmit
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.core.worker.cancelling import cancel
from app.database.tenancy import TenantContextRequired, TenantMismatch
from app.kit.ids import new_id
from tests.support.people import Person, create_tenant
from tests.support.queue import (
    AFTER_A_KILL,
    change,
    counted,
    ends,
    process,
    queued,
    saw,
    until,
    worker,
)
from tests.support.samples import CounterMoved, SystemStarted, TenantNamed, seen


class TestPublish:
    async def test_leaves_with_the_commit(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        await publish(queue, owner, CounterMoved(new_id()))

        async with open_unit(queue, Actor.system(), None) as work:
            [event] = await work.session.scalars(
                select(OutboxEvent).where(OutboxEvent.name == CounterMoved.name)
            )
        assert (event.tenant_id, event.version) == (owner.tenant_id, 2)
        assert event.actor is not None
        assert event.actor["user_id"] == str(owner.user_id)
        assert await deliveries(queue) == {
            "samples.count_moves": "waiting",
            "samples.follow": "waiting",
            "samples.refuse": "waiting",
        }
        assert len(await queued(queue)) == 3

    async def test_stays_with_the_rollback(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        with pytest.raises(ZeroDivisionError):
            await publish(queue, owner, CounterMoved(new_id()), fails=True)

        assert await deliveries(queue) == {}
        assert await queued(queue) == []

    async def test_refuses_an_event_about_another_tenant(self, queue: Runtime) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)

        with pytest.raises(TenantMismatch):
            await publish(queue, owner, TenantNamed(rival.tenant_id))

    async def test_refuses_a_tenants_event_without_a_tenant(self, queue: Runtime) -> None:
        work = open_unit(queue, ANONYMOUS, None)

        with pytest.raises(TenantContextRequired):
            async with work as unit:
                unit.publish(CounterMoved(new_id()))

    async def test_takes_an_event_of_no_tenant_from_anywhere(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        async with open_unit(queue, ANONYMOUS, None) as work:
            work.publish(SystemStarted(new_id()))
        await publish(queue, owner, SystemStarted(owner.tenant_id))

        async with worker(queue):
            await until(lambda: saw(("opened", None), times=2))


class TestDeliver:
    async def test_works_for_the_tenant_and_the_actor_of_the_event(self, queue: Runtime) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)
        events = {person.user_id: CounterMoved(new_id()) for person in (owner, rival)}
        for person in (owner, rival):
            await publish(queue, person, events[person.user_id])

        async with worker(queue):
            await until(lambda: all_have(queue, "handled"))

        for person in (owner, rival):
            event = events[person.user_id]
            assert (person.user_id, person.tenant_id, event) in seen
            assert await counted(queue, person, event.counter) == 1

    async def test_handles_once_what_is_delivered_twice(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter))
        await change(
            queue,
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " SELECT queue_name, task_name, args FROM procrastinate_jobs",
        )

        async with worker(queue):
            await until(lambda: ends(queue, *["succeeded"] * 6))

        assert await counted(queue, owner, counter) == 1

    async def test_keeps_the_order_of_one_aggregate_for_those_who_ask(self, queue: Runtime) -> None:
        """The order holds although the first event is slow and the second fails at first."""
        owner, counter = await create_tenant(queue), new_id()
        for step in range(4):
            await publish(queue, owner, CounterMoved(counter, step))

        async with worker(queue):
            await until(lambda: saw(("followed", counter, 3)))

        assert [entry for entry in seen if entry[0] == "followed"] == [
            ("followed", counter, step) for step in range(4)
        ]

    @pytest.mark.parametrize("forged", ["tenant_id", "payload"])
    async def test_refuses_another_tenants_event(self, queue: Runtime, forged: str) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)
        await publish(queue, owner, TenantNamed(owner.tenant_id))
        value = {"tenant_id": ":id", "payload": "jsonb_build_object('tenant_id', :id)"}[forged]
        value = value.replace(":id", f"CAST('{rival.tenant_id}' AS uuid)")
        await change(
            queue, f"UPDATE event_outbox SET {forged} = {value} WHERE name LIKE 'samples%'"
        )

        async with worker(queue):
            await until(lambda: all_have(queue, "failed"))

        assert seen == []


class TestDeadLetter:
    async def test_is_kept_with_its_reason(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter, step=13))

        async with worker(queue):
            await until(lambda: ended(queue, failed=1))

        async with open_unit(queue, Actor.operator(), None) as work:
            [dead] = await list_deliveries(work)
        assert (dead.handler, dead.status, dead.attempts) == ("samples.refuse", "failed", 3)
        assert dead.error == "RuntimeError: 13 is too much for me"
        assert await counted(queue, owner, counter) == 1

    async def test_is_handled_when_it_is_sent_again(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter, step=13))

        async with worker(queue):
            await until(lambda: ended(queue, failed=1))
            seen.append("mended")
            async with open_unit(queue, Actor.operator(), None) as work:
                assert (
                    await resubmit(work, work.runtime.subscriptions, handler="samples.count_moves")
                    == 0
                )
                assert await resubmit(work, work.runtime.subscriptions) == 1
            await until(lambda: ended(queue, failed=0))

        assert await counted(queue, owner, counter) == 1

    async def test_leaves_the_list_when_it_is_archived(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        await publish(queue, owner, CounterMoved(new_id(), step=13))
        async with worker(queue):
            await until(lambda: ended(queue, failed=1))

        async with open_unit(queue, Actor.operator(), None) as work:
            [dead] = await list_deliveries(work)
            assert await archive(work, event_ids=[dead.event_id]) == 1
            assert await archive(work) == 0
            assert await list_deliveries(work) == []
            assert await resubmit(work, work.runtime.subscriptions) == 0


class TestCancelledJob:
    async def test_leaves_no_delivery_that_waits(self, queue: Runtime) -> None:
        """The alert EventsWait would never end, and nobody could archive or resubmit the event."""
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter))

        async with open_unit(queue, Actor.operator(), None) as work:
            for job in await queued(queue):
                assert await cancel(work, job["id"])

        assert await all_have(queue, "failed")
        async with open_unit(queue, Actor.operator(), None) as work:
            [dead, *_] = await list_deliveries(work)
            assert dead.error == "JobCancelled: somebody cancelled it"
            assert await resubmit(work, work.runtime.subscriptions) == 3
        async with worker(queue):
            await until(lambda: all_have(queue, "handled"))
        assert await counted(queue, owner, counter) == 1


class TestSuspendedTenant:
    async def test_gets_its_events_when_it_is_back(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter))
        await change(queue, "UPDATE tenants SET suspended_at = now()")

        async with worker(queue):
            await until(lambda: all_have(queue, "skipped"))
            await change(queue, "UPDATE tenants SET suspended_at = NULL")
            async with open_unit(queue, Actor.operator(), None) as work:
                assert await resubmit(work, work.runtime.subscriptions) == 3
            await until(lambda: all_have(queue, "handled"))

        assert await counted(queue, owner, counter) == 1


@pytest.mark.slow
class TestKilledProcess:
    async def test_loses_no_event_after_its_commit(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()

        async with process(queue.settings, "publish", owner.tenant_id, counter):
            assert set((await deliveries(queue)).values()) == {"waiting"}
        async with worker(queue):
            await until(lambda: all_have(queue, "handled"))

        assert await counted(queue, owner, counter) == 1

    async def test_handles_again_what_it_was_handling(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        await publish(queue, owner, CounterMoved(counter))

        async with process(queue.settings, "worker"):
            assert await counted(queue, owner, counter) == 0
        async with worker(queue, AFTER_A_KILL):
            await until(lambda: all_have(queue, "handled"))

        assert await counted(queue, owner, counter) == 1


async def publish(queue: Runtime, person: Person, event: Any, *, fails: bool = False) -> None:
    async with open_unit(queue, person.actor, person.context) as work:
        work.publish(event)
        if fails:
            raise ZeroDivisionError


async def deliveries(queue: Runtime) -> dict[str, str]:
    async with open_unit(queue, Actor.system(), None) as work:
        rows = await work.session.execute(select(Delivery.handler, Delivery.status))
        return {row.handler: row.status for row in rows}


async def all_have(queue: Runtime, status: str) -> bool:
    async with open_unit(queue, Actor.system(), None) as work:
        rows: Sequence[str] = (await work.session.scalars(select(Delivery.status))).all()
        return set(rows) == {status}


async def ended(queue: Runtime, *, failed: int) -> bool:
    async with open_unit(queue, Actor.system(), None) as work:
        rows = list(await work.session.scalars(select(Delivery.status)))
        return "waiting" not in rows and rows.count("failed") == failed
