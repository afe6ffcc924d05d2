from typing import Annotated
from uuid import UUID

from fastapi import (
    APIRouter,
    Depends,
    Query,
    status,
)

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import WidgetPermission
from .schemas import (
    WidgetChange,
    WidgetCreate,
    WidgetRead,
)
from .services import WidgetService

router = APIRouter(
    prefix="/widgets",
    tags=["widgets"],
)

Service = Annotated[WidgetService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("", status_code=status.HTTP_201_CREATED)
@permission(WidgetPermission.CREATE)
async def create(
    body: WidgetCreate,
    widgets: Service,
) -> WidgetRead:
    row = await widgets.create(
        name=body.name,
    )
    return WidgetRead.model_validate(row)


@router.get("")
@permission(WidgetPermission.READ)
async def list_all(
    widgets: Service,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[WidgetRead]:
    return Page[WidgetRead].model_validate(
        await widgets.list(
            limit=limit,
            cursor=cursor,
        )
    )


@router.get("/{widget_id}")
@permission(WidgetPermission.READ)
async def read(
    widget_id: UUID,
    widgets: Service,
) -> WidgetRead:
    row = await widgets.get(widget_id)
    return WidgetRead.model_validate(row)


@router.patch("/{widget_id}")
@permission(WidgetPermission.CHANGE)
async def change(
    widget_id: UUID,
    body: WidgetChange,
    widgets: Service,
) -> WidgetRead:
    row = await widgets.change(
        widget_id,
        **body.model_dump(exclude_unset=True),
    )
    return WidgetRead.model_validate(row)


@router.delete("/{widget_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(WidgetPermission.DELETE)
async def delete(
    widget_id: UUID,
    widgets: Service,
) -> None:
    await widgets.delete(widget_id)
