from app.core.events import subscribe
from app.core.unit_of_work import UnitOfWork
from app.modules.tenants import MemberRemoved

from .services import NotificationService


@subscribe(MemberRemoved, name="notifications.forget_who_left")  # is stored; until 3.0
async def delete_for_removed_member(work: UnitOfWork, event: MemberRemoved) -> None:
    await NotificationService(work).delete_of_user(event.user_id)
