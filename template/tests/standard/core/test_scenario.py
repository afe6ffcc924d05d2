"""The scenario helper waits for events, and reports what happened instead."""

import pytest

from app.core.jobs.models import JobProgress
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork
from app.kit.ids import new_id
from app.modules.tenants import MemberJoined, MembershipService
from tests.support.people import Person, create_tenant
from tests.support.queue import worker
from tests.support.samples import CounterMoved
from tests.support.scenario import Scenario


class TestThen:
    async def test_finds_what_happened(self, scenario: Scenario, rival: Person) -> None:
        async with scenario.when() as work:
            joined = await MembershipService(work).join(user_id=rival.user_id, role="member")

        event = await scenario.then(MemberJoined(joined.id, rival.user_id))

        assert event.user_id == rival.user_id

    async def test_tells_what_happened_instead(self, scenario: Scenario, rival: Person) -> None:
        async with scenario.when() as work:
            await MembershipService(work).join(user_id=rival.user_id, role="member")

        with pytest.raises(
            AssertionError, match=r"did not happen within 0\.2 s, but: \[.tenants\."
        ):
            await scenario.then(MemberJoined(new_id(), rival.user_id), within=0.2)

    async def test_reads_only_what_came_after(self, scenario: Scenario, rival: Person) -> None:
        async with scenario.given() as work:
            joined = await MembershipService(work).join(user_id=rival.user_id, role="member")
        async with scenario.when():
            pass

        with pytest.raises(AssertionError, match="but: \\[\\]"):
            await scenario.then(MemberJoined(joined.id, rival.user_id), within=0.2)


class TestThenRow:
    async def test_waits_for_what_a_subscriber_writes(self, queue: Runtime) -> None:
        person = await create_tenant(queue)
        scenario, counter = Scenario(queue, person), new_id()

        async def progress(work: UnitOfWork) -> JobProgress | None:
            return await work.session.get(JobProgress, (person.tenant_id, counter))

        async with worker(queue):
            async with scenario.when() as work:
                work.publish(CounterMoved(counter))

            row = await scenario.then_row(progress)

        assert row.done == 1

    async def test_says_when_there_is_none(self, scenario: Scenario) -> None:
        async def nothing(_: UnitOfWork) -> None:
            return None

        async with scenario.when():
            pass

        with pytest.raises(AssertionError, match=r"no such row within 0\.1 s"):
            await scenario.then_row(nothing, within=0.1)
