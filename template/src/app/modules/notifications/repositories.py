from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.database.repository import Repository, RowNotFound
from app.kit.rows import Rows

from .models import Notification, NotificationPreference

__all__ = [
    "Notification",
    "NotificationPreference",
    "NotificationRepository",
    "PreferenceRepository",
]


class NotificationRepository(Repository[Notification]):
    """Users do not see each other's notifications: every query filters by user."""

    model = Notification

    async def list_of(
        self, user_id: UUID, *, only_unread: bool, limit: int, cursor: str | None
    ) -> Rows[Notification]:
        query = self.query().where(Notification.user_id == user_id, Notification.in_app)
        if only_unread:
            query = query.where(Notification.read_at.is_(None))
        return await self.page(query, limit=limit, cursor=cursor)

    async def list_all_of(self, user_id: UUID) -> Sequence[Notification]:
        query = self.query().where(Notification.user_id == user_id)
        return await self.all(query.order_by(Notification.id))

    async def get_of(self, user_id: UUID, notification_id: UUID) -> Notification:
        """Raises RowNotFound."""
        row = await self.get(notification_id)
        if row.user_id != user_id or not row.in_app:
            raise RowNotFound(Notification.__name__)
        return row

    async def count_unread(self, user_id: UUID) -> int:
        unread = select(func.count(Notification.id)).where(
            Notification.user_id == user_id, Notification.in_app, Notification.read_at.is_(None)
        )
        return await self.session.scalar(unread) or 0

    async def mark_all(self, user_id: UUID, *, at: datetime) -> None:
        await self.session.execute(
            update(Notification)
            .where(Notification.user_id == user_id, Notification.read_at.is_(None))
            .values(read_at=at)
            .execution_options(synchronize_session=False)
        )

    async def delete_of(self, user_id: UUID) -> None:
        await self.session.execute(
            delete(Notification)
            .where(Notification.user_id == user_id)
            .execution_options(synchronize_session=False)
        )

    async def delete_older(self, than: datetime) -> None:
        await self.session.execute(
            delete(Notification)
            .where(Notification.created_at < than)
            .execution_options(synchronize_session=False)
        )


class PreferenceRepository(Repository[NotificationPreference]):
    model = NotificationPreference

    async def find_of(self, user_id: UUID, kind: str) -> NotificationPreference | None:
        query = self.query().where(NotificationPreference.user_id == user_id)
        return await self.first(query.where(NotificationPreference.kind == kind))

    async def list_of(self, user_id: UUID) -> Sequence[NotificationPreference]:
        query = self.query().where(NotificationPreference.user_id == user_id)
        return await self.all(query.order_by(NotificationPreference.kind))

    async def delete_of(self, user_id: UUID) -> None:
        await self.session.execute(
            delete(NotificationPreference)
            .where(NotificationPreference.user_id == user_id)
            .execution_options(synchronize_session=False)
        )
