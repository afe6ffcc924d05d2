"""A row that is read for a change is still the same when it is written."""

import asyncio
from uuid import UUID

import pytest

from app.core.runtime import Runtime
from app.core.unit_of_work import PendingWrites, open_unit
from app.kit.ids import new_id
from tests.support.jobs import run_waiting
from tests.support.locks import until_it_waits
from tests.support.people import Person

from ..errors import DeliveryUnderWay
from ..repositories import DeliveryRepository, EndpointRepository
from ..services import DeliveryService, EndpointService
from .receiver import Receiver
from .test_deliveries import QUEUE, Made, endpoint_of, log_of, tell


async def renew(runtime: Runtime, person: Person, endpoint_id: UUID) -> str:
    async with open_unit(runtime, person.actor, person.context) as work:
        return (await EndpointService(work).renew_secret(endpoint_id))[1]


async def tidy(runtime: Runtime, person: Person) -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        await DeliveryService(work).tidy()


async def redeliver(runtime: Runtime, person: Person, delivery_id: UUID) -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        await DeliveryService(work).redeliver(delivery_id)


async def unsent(runtime: Runtime, person: Person, endpoint: Made) -> UUID:
    """Create a delivery that no job sends, and return its id."""
    async with open_unit(runtime, person.actor, person.context) as work:
        delivery = await DeliveryRepository(work.session).create(
            endpoint_id=endpoint[0].id, event_id=new_id(), event="tenants.created", body="{}"
        )
        return delivery.id


async def deliver(runtime: Runtime, person: Person, delivery_id: UUID) -> PendingWrites:
    """Return what the delivery writes at its commit."""
    async with open_unit(runtime, person.actor, person.context) as work:
        await DeliveryService(work).deliver(delivery_id)
        return work._pending


async def until_received(receiver: Receiver, number: int) -> None:
    async with asyncio.timeout(20):
        while len(receiver.received) < number:  # noqa: ASYNC110 - the receiver has no event
            await asyncio.sleep(0.01)


class TestARenewedSecret:
    async def test_survives_the_tidying_that_encrypts_secrets_again(
        self, runtime: Runtime, owner: Person, endpoint: Made
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            _, secret = await EndpointService(work).renew_secret(endpoint[0].id)
            waiting = await until_it_waits(runtime, tidy(runtime, owner))
        await waiting

        kept = (await endpoint_of(runtime, owner)).sealed_secret
        assert runtime.encrypter.decrypt(kept) == secret

    async def test_is_the_previous_one_of_the_next(
        self, runtime: Runtime, owner: Person, endpoint: Made
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            _, first = await EndpointService(work).renew_secret(endpoint[0].id)
            waiting = await until_it_waits(runtime, renew(runtime, owner, endpoint[0].id))
        second = await waiting

        row = await endpoint_of(runtime, owner)
        assert runtime.encrypter.decrypt(row.sealed_secret) == second
        assert runtime.encrypter.decrypt(row.sealed_previous_secret or "") == first


class TestADelivery:
    async def test_leaves_an_endpoint_that_was_disabled_meanwhile(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        receiver.status = 410
        delivery_id = await unsent(runtime, owner, endpoint)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            disabled = await EndpointService(work).change(endpoint[0].id, enabled=False)
            waiting = await until_it_waits(runtime, deliver(runtime, owner, delivery_id))
        pending = await waiting

        assert (await endpoint_of(runtime, owner)).disabled_at == disabled.disabled_at
        assert pending.events == []

    async def test_is_noted_once_by_a_worker_that_seemed_dead_and_its_successor(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        receiver.status = 500
        receiver.received.clear()
        delivery_id = await unsent(runtime, owner, endpoint)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await EndpointRepository(work.session).get_for_update(endpoint[0].id)
            runs = [asyncio.ensure_future(deliver(runtime, owner, delivery_id)) for _ in "12"]
            await until_received(receiver, len(runs))
        pending = await asyncio.gather(*runs)

        [last, *_] = await log_of(runtime, owner)
        assert (last.status, last.attempts) == ("waiting", 1)
        assert sum(len(each.jobs) for each in pending) == 1

    async def test_is_sent_again_once_however_many_ask(
        self, runtime: Runtime, owner: Person, endpoint: Made
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        await tell(runtime, owner)
        [last, *_] = await log_of(runtime, owner)

        async with open_unit(runtime, owner.actor, owner.context) as work:
            await DeliveryService(work).redeliver(last.id)
            waiting = await until_it_waits(runtime, redeliver(runtime, owner, last.id))

        with pytest.raises(DeliveryUnderWay):
            await waiting
