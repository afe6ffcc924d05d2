import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.auth import Encrypter
from app.core.jobs import OVER_HOURS
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock
from app.modules.tenants import TenantCreated
from tests.support.jobs import run_later, run_waiting
from tests.support.people import Person

from ..errors import DeliveryUnderWay, EndpointDisabled
from ..repositories import EndpointRepository, WebhookDelivery, WebhookEndpoint
from ..services import DeliveryService, EndpointService, _deliveries
from ..settings import WebhookSettings
from .receiver import Receiver

QUEUE = "webhooks"
Made = tuple[WebhookEndpoint, str]


async def tell(runtime: Runtime, person: Person) -> None:
    """Publish an event of the user's tenant, and run its jobs."""
    async with open_unit(runtime, person.actor, person.context) as work:
        work.publish(TenantCreated(person.tenant_id))
    await run_waiting(runtime, person, QUEUE)


async def log_of(runtime: Runtime, person: Person) -> list[WebhookDelivery]:
    async with open_unit(runtime, person.actor, person.context) as work:
        return list((await DeliveryService(work).list(limit=50)).items)


async def endpoint_of(runtime: Runtime, person: Person) -> WebhookEndpoint:
    async with open_unit(runtime, person.actor, person.context) as work:
        [endpoint] = await EndpointRepository(work.session).list_every()
        return endpoint


class TestEvents:
    async def test_arrive_signed(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        receiver.received.clear()

        await tell(runtime, owner)

        [received] = receiver.received
        assert received.is_signed_with(endpoint[1])
        body = json.loads(received.body)
        assert body["type"] == "tenants.created"
        assert body["data"] == {"tenant_id": str(owner.tenant_id)}
        [last, *_] = await log_of(runtime, owner)
        assert received.headers["webhook-id"] == str(last.id)
        assert (last.status, last.attempts, last.answer_status) == ("delivered", 1, 204)

    async def test_stay_in_their_tenant(
        self, runtime: Runtime, rival: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        await tell(runtime, rival)

        assert receiver.received == []

    @pytest.mark.parametrize(
        ("patterns", "times"),
        [(["tenants.*"], 1), (["tenants.created"], 1), (["tenants.renamed", "users.*"], 0)],
    )
    async def test_go_where_they_are_wanted(
        self,
        runtime: Runtime,
        work: UnitOfWork,
        owner: Person,
        loopback_allowed: None,
        receiver: Receiver,
        patterns: list[str],
        times: int,
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        await EndpointService(work).create(url=receiver.url, events=patterns)
        await work.commit()

        await tell(runtime, owner)

        assert len(receiver.received) == times


class TestFailure:
    async def test_is_tried_again_under_the_same_id(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        receiver.status = 500
        await tell(runtime, owner)
        before = len(receiver.received)
        receiver.status = 200

        await run_later(runtime, owner, QUEUE)

        ids = [each.headers["webhook-id"] for each in receiver.received]
        assert sorted(ids[before:]) == sorted(ids[:before])
        assert {row.status for row in await log_of(runtime, owner)} == {"delivered"}
        assert (await endpoint_of(runtime, owner)).failing_since is None

    async def test_ends_in_the_log(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        receiver.status = 500
        await tell(runtime, owner)

        for _ in range(OVER_HOURS.attempts):
            await run_later(runtime, owner, QUEUE)

        [delivery, *_] = await log_of(runtime, owner)
        assert (delivery.status, delivery.attempts) == ("failed", OVER_HOURS.attempts)
        assert delivery.answer_status == 500

    async def test_without_an_answer_says_why(
        self,
        runtime: Runtime,
        owner: Person,
        endpoint: Made,
        receiver: Receiver,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings: Any = runtime.module_settings
        hasty = settings[WebhookSettings].model_copy(update={"timeout_seconds": 1})
        monkeypatch.setitem(settings, WebhookSettings, hasty)
        receiver.hangs = True

        await tell(runtime, owner)

        [delivery, *_] = await log_of(runtime, owner)
        assert delivery.error == "It did not answer within 1 seconds."

    async def test_keeps_no_transaction_open_meanwhile(
        self,
        runtime: Runtime,
        owner: Person,
        endpoint: Made,
        receiver: Receiver,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await EndpointService(work).change(endpoint[0].id, description="another")
        opened = watch_units(monkeypatch)
        was_open: list[bool] = []

        async def post(*_: Any, **__: Any) -> int:
            was_open.extend(each.is_open for each in opened)
            return 204

        monkeypatch.setattr(_deliveries, "post", post)
        await tell(runtime, owner)

        assert was_open
        assert not any(was_open)

    async def test_of_an_endpoint_that_was_deleted_meanwhile_is_no_error(
        self,
        runtime: Runtime,
        owner: Person,
        endpoint: Made,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        await run_waiting(runtime, owner, QUEUE)

        async def post(*_: Any, **__: Any) -> int:
            async with open_unit(runtime, owner.actor, owner.context) as work:
                await EndpointService(work).delete(endpoint[0].id)
            return 500

        monkeypatch.setattr(_deliveries, "post", post)
        await tell(runtime, owner)

        assert await log_of(runtime, owner) == []

    async def test_for_days_disables_the_endpoint(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        receiver.status = 500
        await fails_since(runtime, owner, endpoint[0].id, timedelta(days=6))

        await tell(runtime, owner)

        assert not (await endpoint_of(runtime, owner)).enabled

    async def test_by_being_gone_disables_it_at_once(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        receiver.status = 410

        await tell(runtime, owner)

        assert not (await endpoint_of(runtime, owner)).enabled


class TestRedeliver:
    async def test_sends_the_same_again(
        self, runtime: Runtime, owner: Person, endpoint: Made, receiver: Receiver
    ) -> None:
        await tell(runtime, owner)
        [delivery, *_] = await log_of(runtime, owner)
        receiver.received.clear()

        async with open_unit(runtime, owner.actor, owner.context) as work:
            await DeliveryService(work).redeliver(delivery.id)
        await run_waiting(runtime, owner, QUEUE)

        [received] = receiver.received
        assert received.headers["webhook-id"] == str(delivery.id)
        assert received.body.decode() == delivery.body

    async def test_waits_for_the_one_under_way(
        self, runtime: Runtime, work: UnitOfWork, owner: Person, endpoint: Made, receiver: Any
    ) -> None:
        receiver.status = 500
        await tell(runtime, owner)
        [delivery, *_] = await log_of(runtime, owner)

        with pytest.raises(DeliveryUnderWay):
            await DeliveryService(work).redeliver(delivery.id)

    async def test_refuses_for_a_disabled_endpoint(
        self, runtime: Runtime, work: UnitOfWork, owner: Person, endpoint: Made
    ) -> None:
        await tell(runtime, owner)
        [delivery, *_] = await log_of(runtime, owner)
        await EndpointService(work).change(endpoint[0].id, enabled=False)

        with pytest.raises(EndpointDisabled):
            await DeliveryService(work).redeliver(delivery.id)


class TestSecrets:
    async def test_both_sign_for_a_day_after_a_renewal(
        self,
        runtime: Runtime,
        work: UnitOfWork,
        owner: Person,
        endpoint: Made,
        receiver: Receiver,
    ) -> None:
        row, old = endpoint
        _, new = await EndpointService(work).renew_secret(row.id)
        await work.commit()

        await tell(runtime, owner)

        assert receiver.received[-1].is_signed_with(old)
        assert receiver.received[-1].is_signed_with(new)

    async def test_are_encrypted_in_the_database(self, endpoint: Made) -> None:
        row, secret = endpoint

        assert secret.startswith("whsec_")
        assert secret not in repr(vars(row))


class TestTidy:
    async def test_frees_the_secret_that_encrypted(
        self, runtime: Runtime, owner: Person, endpoint: Made
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            _, newer = await EndpointService(work).renew_secret(endpoint[0].id)
        current = runtime.settings.secret_key.get_secret_value()
        rotated = replace(runtime, encrypter=Encrypter("new" * 20, previous=[current]))

        async with open_unit(rotated, owner.actor, owner.context) as work:
            await DeliveryService(work).tidy()

        row, after = await endpoint_of(runtime, owner), Encrypter("new" * 20)
        assert after.open(row.sealed_secret) == newer
        assert after.open(row.sealed_previous_secret or "") == endpoint[1]

    async def test_deletes_old_deliveries_and_keeps_secrets(
        self, runtime: Runtime, owner: Person, endpoint: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await tell(runtime, owner)
        later = clock.now() + timedelta(days=31)
        monkeypatch.setattr(clock, "now", lambda: later)

        async with open_unit(runtime, owner.actor, owner.context) as work:
            await DeliveryService(work).tidy()

        assert await log_of(runtime, owner) == []
        encrypted = (await endpoint_of(runtime, owner)).sealed_secret
        assert runtime.encrypter.decrypt(encrypted) == endpoint[1]


def watch_units(monkeypatch: pytest.MonkeyPatch) -> list[UnitOfWork]:
    """Collect the units of work of all later deliveries."""
    opened: list[UnitOfWork] = []
    deliver = DeliveryService.deliver

    async def watched(self: DeliveryService, delivery_id: UUID) -> None:
        opened.append(self.work)
        await deliver(self, delivery_id)

    monkeypatch.setattr(DeliveryService, "deliver", watched)
    return opened


async def fails_since(runtime: Runtime, person: Person, endpoint: UUID, ago: timedelta) -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        endpoints = EndpointRepository(work.session)
        row = await endpoints.get(endpoint)
        await endpoints.change(row, failing_since=clock.now() - ago)
