from app.core.languages import Locale
from app.core.unit_of_work import UnitOfWork
from app.modules.tenants import MembershipService

from ..repositories import User


async def locale_of(work: UnitOfWork, user: User) -> Locale:
    """Return what the user has chosen, else what the oldest of their tenants has.

    It reads in a unit of its own: call it before the first write.
    """
    if user.language and user.time_zone:
        return Locale.of(user.language, time_zone=user.time_zone)
    places = await MembershipService(work).of_person(user.id)
    tenant = next((tenant for _, tenant in places if not tenant.is_suspended), None)
    if tenant is None:
        return Locale.of(user.language, time_zone=user.time_zone)
    return Locale.of(user.language, tenant.language, time_zone=user.time_zone or tenant.time_zone)
