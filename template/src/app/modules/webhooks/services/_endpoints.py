from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.kit.rows import Rows

from ..errors import EndpointRefused, TooManyEndpoints
from ..permissions import WebhookPermission
from ..repositories import EndpointRepository, WebhookEndpoint
from ..sending import AddressRefused, check_address
from ..settings import WebhookSettings
from ._signing import new_secret

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)


class EndpointService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.endpoints = EndpointRepository(work.session)
        self.settings = work.runtime.settings_of(WebhookSettings)
        self.encrypter = work.runtime.encrypter

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[WebhookEndpoint]:
        self.work.require(WebhookPermission.READ)
        return await self.endpoints.list(limit=limit, cursor=cursor)

    async def get(self, endpoint_id: UUID) -> WebhookEndpoint:
        self.work.require(WebhookPermission.READ)
        return await self.endpoints.get(endpoint_id)

    async def create(
        self, *, url: str, events: Sequence[str], description: str = ""
    ) -> tuple[WebhookEndpoint, str]:
        """Return the endpoint, and its secret, which is shown once.

        Raises EndpointRefused, TooManyEndpoints.
        """
        self.work.require(WebhookPermission.MANAGE)
        self._check(url)
        await self._check_number()
        secret = new_secret()
        endpoint = await self.endpoints.create(
            url=url,
            events=sorted(set(events)),
            description=description,
            sealed_secret=self.encrypter.encrypt(secret),
        )
        self.work.audit("webhooks.endpoint_created", after=endpoint)
        return endpoint, secret

    async def change(
        self, endpoint_id: UUID, *, enabled: bool | None = None, **changes: Any
    ) -> WebhookEndpoint:
        """Raises EndpointRefused."""
        self.work.require(WebhookPermission.MANAGE)
        if "url" in changes:
            self._check(changes["url"])
        before = await self.endpoints.get_for_update(endpoint_id)
        if enabled is not None:
            changes |= _switched(before, on=enabled)
        after = await self.endpoints.change(before, **changes)
        if changes:
            self.work.audit("webhooks.endpoint_changed", before=before, after=after)
        return after

    async def renew_secret(self, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
        """Set a new secret. The old one signs too for a day, while the receiver changes over."""
        self.work.require(WebhookPermission.MANAGE)
        endpoint, secret = await self.endpoints.get_for_update(endpoint_id), new_secret()
        renewed = await self.endpoints.change(
            endpoint,
            sealed_secret=self.encrypter.encrypt(secret),
            sealed_previous_secret=endpoint.sealed_secret,
            previous_secret_until=clock.now() + OLD_SECRET_SIGNS_FOR,
        )
        self.work.audit("webhooks.secret_renewed", after=renewed)
        return renewed, secret

    async def delete(self, endpoint_id: UUID) -> None:
        self.work.require(WebhookPermission.MANAGE)
        endpoint = await self.endpoints.get(endpoint_id)
        await self.endpoints.delete(endpoint)
        self.work.audit("webhooks.endpoint_deleted", before=endpoint)

    async def _check_number(self) -> None:
        most = self.settings.max_endpoints
        if await self.endpoints.count_in_turn() >= most:
            raise TooManyEndpoints(most=most)

    def _check(self, url: str) -> None:
        """Check the URL. The addresses of a name are checked at each connection."""
        parts = urlsplit(url)
        if self.work.runtime.settings.in_production and parts.scheme != "https":
            raise EndpointRefused(reason="It must begin with https://.")
        if parts.username or parts.password:
            raise EndpointRefused(reason="It must not contain a user or a password.")
        try:
            check_address(parts.hostname or "", self.settings.private_networks)
        except AddressRefused as error:
            raise EndpointRefused(reason=str(error)) from None


def _switched(endpoint: WebhookEndpoint, *, on: bool) -> dict[str, Any]:
    if on:
        return {"disabled_at": None, "failing_since": None}
    return {"disabled_at": endpoint.disabled_at or clock.now()}
