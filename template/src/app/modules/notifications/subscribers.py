from app.core.events import subscribe
from app.core.unit_of_work import UnitOfWork
from app.modules.tenants import MemberRemoved

from .services import NotificationService


@subscribe(MemberRemoved)
async def forget_who_left(work: UnitOfWork, event: MemberRemoved) -> None:
    await NotificationService(work).forget_person(event.user_id)
