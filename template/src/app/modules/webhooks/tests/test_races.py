"""A row that is read for a change is still the same when it is written."""

from uuid import UUID

import pytest

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.jobs import run_waiting
from tests.support.locks import until_it_waits
from tests.support.people import Person

from ..errors import DeliveryUnderWay
from ..services import DeliveryService, EndpointService
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
