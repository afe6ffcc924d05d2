from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import NotificationPermission
from .schemas import Kind, NotificationRead, PreferenceChange, PreferenceRead, UnreadCount
from .services import NotificationService

router = APIRouter(prefix="/notifications", tags=["notifications"])

Service = Annotated[NotificationService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("")
@permission(NotificationPermission.READ)
async def list_all(
    notifications: Service, unread: bool = False, limit: Limit = 50, cursor: str | None = None
) -> Page[NotificationRead]:
    rows = await notifications.list(only_unread=unread, limit=limit, cursor=cursor)
    return Page[NotificationRead].model_validate(rows)


@router.get("/unread")
@permission(NotificationPermission.READ)
async def count_unread(notifications: Service) -> UnreadCount:
    return UnreadCount(unread=await notifications.count_unread())


@router.post("/read", status_code=status.HTTP_204_NO_CONTENT)
@permission(NotificationPermission.READ)
async def mark_all_read(notifications: Service) -> None:
    await notifications.mark_all()


@router.get("/preferences")
@permission(NotificationPermission.READ)
async def list_preferences(notifications: Service) -> list[PreferenceRead]:
    rows = await notifications.list_preferences()
    return [PreferenceRead.model_validate(row) for row in rows]


@router.put("/preferences/{kind}")
@permission(NotificationPermission.READ)
async def change_preference(
    kind: Kind, body: PreferenceChange, notifications: Service
) -> PreferenceRead:
    return PreferenceRead.model_validate(await notifications.prefer(kind, **body.model_dump()))


@router.put("/{notification_id}/read")
@permission(NotificationPermission.READ)
async def mark_read(notification_id: UUID, notifications: Service) -> NotificationRead:
    return NotificationRead.model_validate(await notifications.mark(notification_id, read=True))


@router.delete("/{notification_id}/read")
@permission(NotificationPermission.READ)
async def mark_unread(notification_id: UUID, notifications: Service) -> NotificationRead:
    return NotificationRead.model_validate(await notifications.mark(notification_id, read=False))
