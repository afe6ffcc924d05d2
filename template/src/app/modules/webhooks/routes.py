from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import WebhookPermission
from .schemas import (
    DeliveryRead,
    DeliveryReadWhole,
    EndpointChange,
    EndpointCreate,
    EndpointIssued,
    EndpointRead,
)
from .services import DeliveryService, EndpointService

endpoints_router = APIRouter(prefix="/webhooks/endpoints", tags=["webhooks"])
deliveries_router = APIRouter(prefix="/webhooks/deliveries", tags=["webhooks"])

Endpoints = Annotated[EndpointService, Depends()]
Deliveries = Annotated[DeliveryService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@endpoints_router.post("", status_code=status.HTTP_201_CREATED)
@permission(WebhookPermission.MANAGE)
async def create_endpoint(body: EndpointCreate, endpoints: Endpoints) -> EndpointIssued:
    row, secret = await endpoints.create(**body.model_dump())
    return EndpointIssued(**EndpointRead.model_validate(row).model_dump(), secret=secret)


@endpoints_router.get("")
@permission(WebhookPermission.READ)
async def list_endpoints(
    endpoints: Endpoints, limit: Limit = 50, cursor: str | None = None
) -> Page[EndpointRead]:
    return Page[EndpointRead].model_validate(await endpoints.list(limit=limit, cursor=cursor))


@endpoints_router.get("/{endpoint_id}")
@permission(WebhookPermission.READ)
async def read_endpoint(endpoint_id: UUID, endpoints: Endpoints) -> EndpointRead:
    return EndpointRead.model_validate(await endpoints.get(endpoint_id))


@endpoints_router.patch("/{endpoint_id}")
@permission(WebhookPermission.MANAGE)
async def change_endpoint(
    endpoint_id: UUID, body: EndpointChange, endpoints: Endpoints
) -> EndpointRead:
    changes = body.model_dump(exclude_unset=True)
    return EndpointRead.model_validate(await endpoints.change(endpoint_id, **changes))


@endpoints_router.delete("/{endpoint_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(WebhookPermission.MANAGE)
async def delete_endpoint(endpoint_id: UUID, endpoints: Endpoints) -> None:
    await endpoints.delete(endpoint_id)


@endpoints_router.post("/{endpoint_id}/secret")
@permission(WebhookPermission.MANAGE)
async def renew_secret(endpoint_id: UUID, endpoints: Endpoints) -> EndpointIssued:
    row, secret = await endpoints.renew_secret(endpoint_id)
    return EndpointIssued(**EndpointRead.model_validate(row).model_dump(), secret=secret)


@deliveries_router.get("")
@permission(WebhookPermission.READ)
async def list_deliveries(
    deliveries: Deliveries,
    endpoint_id: UUID | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[DeliveryRead]:
    rows = await deliveries.list(endpoint_id=endpoint_id, limit=limit, cursor=cursor)
    return Page[DeliveryRead].model_validate(rows)


@deliveries_router.get("/{delivery_id}")
@permission(WebhookPermission.READ)
async def read_delivery(delivery_id: UUID, deliveries: Deliveries) -> DeliveryReadWhole:
    return DeliveryReadWhole.model_validate(await deliveries.get(delivery_id))


@deliveries_router.post("/{delivery_id}/redeliver", status_code=status.HTTP_202_ACCEPTED)
@permission(WebhookPermission.MANAGE)
async def redeliver(delivery_id: UUID, deliveries: Deliveries) -> DeliveryRead:
    return DeliveryRead.model_validate(await deliveries.redeliver(delivery_id))
