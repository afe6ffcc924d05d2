from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from app.database.repository import Repository
from app.kit.rows import Rows

from .models import DELIVERED, FAILED, WAITING, WebhookDelivery, WebhookEndpoint

__all__ = [
    "DELIVERED",
    "FAILED",
    "WAITING",
    "DeliveryRepository",
    "EndpointRepository",
    "WebhookDelivery",
    "WebhookEndpoint",
]


class EndpointRepository(Repository[WebhookEndpoint]):
    model = WebhookEndpoint

    async def list_enabled(self) -> Sequence[WebhookEndpoint]:
        return await self.all(self.query().where(WebhookEndpoint.disabled_at.is_(None)))

    async def find_for_update(self, endpoint_id: UUID) -> WebhookEndpoint | None:
        query = self.query().where(WebhookEndpoint.id == endpoint_id)
        return await self.first(query.with_for_update())

    async def list_every(self) -> Sequence[WebhookEndpoint]:
        """Return all, locked, so that a secret that is renewed meanwhile is not overwritten."""
        return await self.all(self.query().order_by(WebhookEndpoint.id).with_for_update())


class DeliveryRepository(Repository[WebhookDelivery]):
    model = WebhookDelivery

    async def list_of(
        self, endpoint_id: UUID | None, *, limit: int, cursor: str | None
    ) -> Rows[WebhookDelivery]:
        query = self.query()
        if endpoint_id is not None:
            query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
        return await self.page(query, limit=limit, cursor=cursor)

    async def find_for_update(self, delivery_id: UUID) -> WebhookDelivery | None:
        query = self.query().where(WebhookDelivery.id == delivery_id)
        return await self.first(query.with_for_update())

    async def delete_older(self, than: datetime) -> None:
        await self.session.execute(
            delete(WebhookDelivery)
            .where(WebhookDelivery.created_at < than, WebhookDelivery.status != WAITING)
            .execution_options(synchronize_session=False)
        )
