"""The fixture `scenario`: given some rows, when something happens, then wait for an event or a row.

async def test_is_told(self, scenario: Scenario) -> None:
    async with scenario.given() as work:
        client = await make_client(work)

    async with scenario.when() as work:
        invoice = await make_invoice(work, client_id=client.id)

    await scenario.then(InvoiceCreated(invoice.id))
    await scenario.then_row(lambda work: ReminderRepository(work.session).find_of(invoice.id))
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeVar

import pytest_asyncio
from sqlalchemy import select

from app.core.events import Event
from app.core.events.models import OutboxEvent
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock

from .people import Person
from .queue import until, worker

WITHIN = 20.0
"""Seconds to wait, unless a test gives another time."""

Happened = TypeVar("Happened", bound=Event)
Found = TypeVar("Found")


class Scenario:
    """Steps of one tenant's owner, while a worker delivers events and runs jobs."""

    def __init__(self, runtime: Runtime, person: Person) -> None:
        self.runtime = runtime
        self.person = person
        self._began: datetime | None = None

    def given(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a unit for the initial state; its events do not count."""
        return self._unit()

    def when(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Return a unit for the tested action, which is committed when the block ends."""
        self._began = clock.now()
        return self._unit()

    async def then(self, event: Happened, *, within: float = WITHIN) -> Happened:
        """Wait for the event since `when`. Raises AssertionError with the events that happened."""
        try:
            return await self._until(lambda work: self._find(event, work), within)
        except TimeoutError:
            async with self._unit() as work:
                happened = [f"{row.name} {row.payload}" for row in await self._outbox(work)]
        raise AssertionError(f"{event} did not happen within {within} s, but: {happened}")

    async def then_row(
        self, find: Callable[[UnitOfWork], Awaitable[Found | None]], *, within: float = WITHIN
    ) -> Found:
        """Wait until the function returns a row, and return the row. Raises AssertionError."""
        try:
            return await self._until(find, within)
        except TimeoutError:
            pass
        raise AssertionError(f"no such row within {within} s")

    def _unit(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return open_unit(self.runtime, self.person.actor, self.person.context)

    async def _until(
        self, find: Callable[[UnitOfWork], Awaitable[Found | None]], within: float
    ) -> Found:
        async def found() -> Found | None:
            async with self._unit() as work:
                return await find(work)

        answer: Found = await until(found, within)
        return answer

    async def _find(self, event: Happened, work: UnitOfWork) -> Happened | None:
        for row in await self._outbox(work):
            if row.name == event.name and event == event.from_payload(row.payload, row.version):
                return event
        return None

    async def _outbox(self, work: UnitOfWork) -> list[OutboxEvent]:
        """Return this tenant's events since `when`, oldest first."""
        assert self._began is not None, "a scenario has a `when` before its `then`"
        query = select(OutboxEvent).where(
            OutboxEvent.tenant_id == self.person.tenant_id, OutboxEvent.occurred_at >= self._began
        )
        return list(await work.session.scalars(query.order_by(OutboxEvent.id)))


@pytest_asyncio.fixture
async def scenario(runtime: Runtime, owner: Person) -> AsyncIterator[Scenario]:
    """Run a worker until the test ends."""
    async with worker(runtime):
        yield Scenario(runtime, owner)
