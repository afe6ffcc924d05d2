from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.auth import Actor
from app.core.errors import TooManyRequests
from app.core.jobs import OVER_HOURS, Job, job
from app.core.mail import MAIL, Email, count_recipient, send_now
from app.core.personal_data import exported
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows
from app.modules.tenants import NotAMember
from app.modules.users import UserService

from .errors import NotAPerson, TooManyPreferences
from .events import NotificationSent
from .permissions import NotificationPermission
from .repositories import (
    Notification,
    NotificationPreference,
    NotificationRepository,
    PreferenceRepository,
)
from .settings import NotificationSettings


class NotificationService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.notifications = NotificationRepository(work.session)
        self.preferences = PreferenceRepository(work.session)

    async def notify(
        self, *, user_id: UUID, kind: str, title: str, body: str = "", link: str | None = None
    ) -> Notification | None:
        """Notify a user. Other modules call this in their own transaction; it needs no permission.

        Returns None if the user wants no notifications of this kind. Beyond the limit for one
        recipient it appears in the app only.
        """
        wanted = await self.preferences.find_of(user_id, kind)
        in_app, by_email = (wanted.in_app, wanted.by_email) if wanted else (True, True)
        if not in_app and not by_email:
            return None
        if by_email and not await self._may_mail(user_id, kind):
            in_app, by_email = True, False
        notification = await self.notifications.create(
            user_id=user_id,
            kind=kind,
            title=title,
            body=body,
            link=link,
            in_app=in_app,
            by_email=by_email,
        )
        if by_email:
            self.work.enqueue(mail_notification, notification_id=notification.id)
        self.work.publish(NotificationSent(notification.id, user_id))
        return notification

    async def list(
        self, *, only_unread: bool = False, limit: int, cursor: str | None = None
    ) -> Rows[Notification]:
        return await self.notifications.list_of(
            self._own_id(), only_unread=only_unread, limit=limit, cursor=cursor
        )

    async def count_unread(self) -> int:
        return await self.notifications.count_unread(self._own_id())

    async def mark(self, notification_id: UUID, *, read: bool) -> Notification:
        row = await self.notifications.get_of(self._own_id(), notification_id)
        read_at = (row.read_at or clock.now()) if read else None
        return await self.notifications.change(row, read_at=read_at)

    async def mark_all(self) -> None:
        await self.notifications.mark_all(self._own_id(), at=clock.now())

    async def list_preferences(self) -> Sequence[NotificationPreference]:
        return await self.preferences.list_of(self._own_id())

    async def prefer(self, kind: str, *, in_app: bool, by_email: bool) -> NotificationPreference:
        """Raises TooManyPreferences."""
        user_id = self._own_id()
        number = await self.preferences.count_in_turn(user_id=user_id)
        wanted = await self.preferences.find_of(user_id, kind)
        if wanted:
            return await self.preferences.change(wanted, in_app=in_app, by_email=by_email)
        most = self.work.runtime.settings_of(NotificationSettings).max_preferences
        if number >= most:
            raise TooManyPreferences(most=most)
        return await self.preferences.create(
            user_id=user_id, kind=kind, in_app=in_app, by_email=by_email
        )

    async def delete_of_user(self, user_id: UUID) -> None:
        await self.notifications.delete_of(user_id)
        await self.preferences.delete_of(user_id)

    async def tidy(self) -> None:
        kept = self.work.runtime.settings_of(NotificationSettings).kept_days
        await self.notifications.delete_older(clock.now() - timedelta(days=kept))

    async def mail(self, notification_id: UUID) -> None:
        """Mail it once, if the user is still a member of the tenant."""
        row = await self.notifications.find(notification_id)
        if row is None or row.mailed_at is not None:
            return
        address = await self._address(row.user_id)
        if address is not None:
            await send_now(self.work, _email_of(row, address))
            await self.notifications.change(row, mailed_at=clock.now())

    async def _may_mail(self, user_id: UUID, kind: str) -> bool:
        """True if the recipient's limit is not reached; otherwise it appears in the app only."""
        try:
            await count_recipient(self.work, f"notification {kind}", to=str(user_id))
        except TooManyRequests:
            return False
        return True

    async def _address(self, user_id: UUID) -> str | None:
        """Read the address as the system: the actor need not have permission to read users."""
        system = Actor.system(self.work.tenant.tenant_id)
        async with self.work.within(self.work.context, actor=system) as work:
            try:
                return (await UserService(work).get_member(user_id)).email
            except NotAMember:
                return None

    def _own_id(self) -> UUID:
        """Raises NotAPerson."""
        self.work.require(NotificationPermission.READ)
        if self.work.actor.user_id is None:
            raise NotAPerson
        return self.work.actor.user_id


def _email_of(row: Notification, address: str) -> Email:
    """Only `link` becomes a link: the other texts may be written by anybody."""
    parts = [part for part in (row.body, row.link) if part]
    links = (row.link,) if row.link else ()
    text = "\n\n".join(parts or [row.title])
    return Email(to=address, subject=row.title, text=text, links=links)


async def export_notifications_of(work: UnitOfWork, user_id: UUID) -> dict[str, Any]:
    """Return the user's notifications, and what they want to be told."""
    preferences = PreferenceRepository(work.session)
    return {
        "notifications": exported(await NotificationRepository(work.session).list_all_of(user_id)),
        "preferences": exported(await preferences.list_of(user_id)),
    }


@job(name="notifications.mail", queue=MAIL, retry=OVER_HOURS)
async def mail_notification(work: UnitOfWork, notification_id: UUID) -> None:
    await NotificationService(work).mail(notification_id)


@job(name="notifications.tidy", cron="43 3 * * *", each_tenant=True)
async def tidy(work: UnitOfWork) -> None:
    await NotificationService(work).tidy()


NOTIFICATION_JOBS: tuple[Job, ...] = (mail_notification, tidy)
