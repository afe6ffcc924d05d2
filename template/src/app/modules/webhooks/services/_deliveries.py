import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.core.events import AnyEvent
from app.core.jobs import OVER_HOURS, Job, job
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows

from ..errors import DeliveryUnderWay, EndpointDisabled
from ..events import WebhookEndpointDisabled
from ..permissions import WebhookPermission
from ..repositories import (
    DELIVERED,
    FAILED,
    WAITING,
    DeliveryRepository,
    EndpointRepository,
    WebhookDelivery,
    WebhookEndpoint,
)
from ..sending import NotDelivered, post
from ..settings import WebhookSettings
from ._signing import signed

SUCCESSES = range(200, 300)
GONE = 410


class DeliveryService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.endpoints = EndpointRepository(work.session)
        self.deliveries = DeliveryRepository(work.session)
        self.settings = work.runtime.settings_of(WebhookSettings)

    async def list(
        self, *, endpoint_id: UUID | None = None, limit: int, cursor: str | None = None
    ) -> Rows[WebhookDelivery]:
        self.work.require(WebhookPermission.READ)
        return await self.deliveries.list_of(endpoint_id, limit=limit, cursor=cursor)

    async def get(self, delivery_id: UUID) -> WebhookDelivery:
        self.work.require(WebhookPermission.READ)
        return await self.deliveries.get(delivery_id)

    async def redeliver(self, delivery_id: UUID) -> WebhookDelivery:
        """Raises DeliveryUnderWay, EndpointDisabled."""
        self.work.require(WebhookPermission.MANAGE)
        delivery = await self.deliveries.get_for_update(delivery_id)
        if delivery.status == WAITING:
            raise DeliveryUnderWay
        endpoint = await self.endpoints.get(delivery.endpoint_id)
        if not endpoint.enabled:
            raise EndpointDisabled
        self._enqueue(endpoint, delivery)
        return await self.deliveries.change(delivery, status=WAITING, attempts=0)

    async def fan_out(self, event: AnyEvent) -> None:
        """Create a delivery for each endpoint whose patterns match the event."""
        for endpoint in await self.endpoints.list_enabled():
            if endpoint.wants(event.kind):
                delivery = await self.deliveries.create(
                    endpoint_id=endpoint.id,
                    event_id=event.event_id,
                    event=event.kind,
                    body=_body(event),
                )
                self._enqueue(endpoint, delivery)

    async def deliver(self, delivery_id: UUID) -> None:
        """Make one attempt. After a failure, enqueue the next one in the same transaction."""
        delivery = await self.deliveries.find(delivery_id)
        if delivery is None or delivery.status != WAITING:
            return
        endpoint = await self.endpoints.get(delivery.endpoint_id)
        if endpoint.enabled:
            await self._attempt(endpoint, delivery)
        else:
            await self.deliveries.change(delivery, status=FAILED, error="It is disabled.")

    async def tidy(self) -> None:
        """Delete old deliveries, and encrypt the secrets with the current key."""
        kept = timedelta(days=self.settings.kept_days)
        await self.deliveries.delete_older(clock.now() - kept)
        for endpoint in await self.endpoints.list_every():
            before = endpoint.sealed_previous_secret
            await self.endpoints.change(
                endpoint,
                sealed_secret=self._encrypt_again(endpoint.sealed_secret),
                sealed_previous_secret=self._encrypt_again(before) if before else None,
            )

    def _encrypt_again(self, encrypted: str) -> str:
        encrypter = self.work.runtime.encrypter
        return encrypter.encrypt(encrypter.decrypt(encrypted))

    def _enqueue(
        self, endpoint: WebhookEndpoint, delivery: WebhookDelivery, delay: timedelta | None = None
    ) -> None:
        """The host is the job's `resource`: one host never takes all slots of a worker."""
        run = deliver.with_options(delay=delay, resource=urlsplit(endpoint.url).hostname)
        self.work.enqueue(run, delivery_id=delivery.id)

    async def _attempt(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
        """Post outside a transaction, then lock both rows: either may have changed meanwhile.

        A delivery that another run has noted meanwhile is left as it is. The endpoint is locked
        first, in the order in which its deletion reaches its deliveries.
        """
        await self.work.commit()
        try:
            status, error = await self._post(endpoint, delivery), None
        except NotDelivered as failure:
            status, error = None, str(failure)
        now_endpoint = await self.endpoints.find_for_update(endpoint.id)
        now_delivery = await self.deliveries.find_for_update(delivery.id)
        if now_endpoint is None or now_delivery is None:
            return
        if (now_delivery.status, now_delivery.attempts) == (WAITING, delivery.attempts):
            await self._note_outcome(now_endpoint, now_delivery, status, error)

    async def _note_outcome(
        self,
        endpoint: WebhookEndpoint,
        delivery: WebhookDelivery,
        status: int | None,
        error: str | None,
    ) -> None:
        if status in SUCCESSES:
            await self._note(delivery, DELIVERED, answer_status=status, error=None)
            await self._note_working(endpoint)
        else:
            await self._note_failure(endpoint, delivery, answer_status=status, error=error)
            await self._note_failing(endpoint, is_gone=status == GONE)

    async def _post(self, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> int:
        headers = signed(
            delivery.body,
            message=str(delivery.id),
            at=clock.now(),
            secrets=self._secrets(endpoint),
        )
        return await post(
            endpoint.url,
            delivery.body.encode(),
            {**headers, "traceparent": self.work.traceparent},
            seconds=self.settings.timeout_seconds,
            allowed=self.settings.private_networks,
        )

    def _secrets(self, endpoint: WebhookEndpoint) -> Sequence[str]:
        encrypted = [endpoint.sealed_secret]
        until = endpoint.previous_secret_until
        if endpoint.sealed_previous_secret and until and until > clock.now():
            encrypted.append(endpoint.sealed_previous_secret)
        return [self.work.runtime.encrypter.decrypt(each) for each in encrypted]

    async def _note(self, delivery: WebhookDelivery, status: str, **outcome: Any) -> None:
        await self.deliveries.change(
            delivery,
            status=status,
            attempts=delivery.attempts + 1,
            attempted_at=clock.now(),
            **outcome,
        )

    async def _note_failure(
        self, endpoint: WebhookEndpoint, delivery: WebhookDelivery, **outcome: Any
    ) -> None:
        wait = OVER_HOURS.wait_after(delivery.attempts + 1)
        await self._note(delivery, WAITING if wait else FAILED, **outcome)
        if wait:
            self._enqueue(endpoint, delivery, wait)

    async def _note_working(self, endpoint: WebhookEndpoint) -> None:
        if endpoint.failing_since is not None:
            await self.endpoints.change(endpoint, failing_since=None)

    async def _note_failing(self, endpoint: WebhookEndpoint, *, is_gone: bool) -> None:
        now = clock.now()
        since = endpoint.failing_since or now
        too_long = now - since > timedelta(days=self.settings.disable_after_days)
        if endpoint.enabled and (too_long or is_gone):
            await self.endpoints.change(endpoint, failing_since=since, disabled_at=now)
            self.work.publish(WebhookEndpointDisabled(endpoint.id))
        else:
            await self.endpoints.change(endpoint, failing_since=since)


def _body(event: AnyEvent) -> str:
    """Return the body as text, so that the same bytes are signed and sent at every attempt."""
    told = {"type": event.kind, "timestamp": event.occurred_at.isoformat(), "data": event.payload}
    return json.dumps(told, separators=(",", ":"))


@job(name="webhooks.deliver", queue="webhooks", timeout=timedelta(minutes=2))
async def deliver(work: UnitOfWork, delivery_id: UUID) -> None:
    await DeliveryService(work).deliver(delivery_id)


@job(name="webhooks.tidy", cron="23 4 * * *", each_tenant=True)
async def tidy(work: UnitOfWork) -> None:
    await DeliveryService(work).tidy()


DELIVERY_JOBS: tuple[Job, ...] = (deliver, tidy)
