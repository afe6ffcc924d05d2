"""Support: a superuser sees what a member sees, for a while, with a reason, and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from app.core.auth import Actor, Reason
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.modules.tenants import MembershipService

from ..errors import SupportWithoutReason
from ..repositories import UserRepository
from ._token_pairs import TokenPair, TokenPairs
from ._users import Place


@dataclass(frozen=True)
class SupportPlaces:
    """The user, and the tenants in which support can see what they see."""

    full_name: str
    email: str
    places: Sequence[Place]


class SupportService:
    """Begins and ends support. Both stand in the system's audit log, and in the tenant's.

    Core refuses whatever could write: requests of methods that are not safe, commits of anything,
    and in the database itself, whose transactions are read-only.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def places(self, user_id: UUID) -> SupportPlaces:
        """Return where the user is a member. Raises RowNotFound."""
        reason = f"list the tenants of user {user_id}"
        async with self.work.across_tenants(bypass_tenant=True, reason=reason) as work:
            user = await UserRepository(work.session).get(user_id)
            found = await MembershipService(self.work).of_person(user_id)
        places = [Place(m.tenant_id, tenant.name, m.role, tenant.time_zone) for m, tenant in found]
        return SupportPlaces(user.full_name, user.email, places)

    async def begin(self, user_id: UUID, tenant_id: UUID, *, reason: str) -> TokenPair:
        """Return an access token for the user's view, for at most 30 minutes.

        It ends early with the superuser's own log-in. Raises SupportWithoutReason, NotAMember,
        UserSuspended, TenantSuspended.
        """
        self.work.require_superuser()
        if not (reason := reason.strip()):
            raise SupportWithoutReason
        told = f"support user {user_id} in tenant {tenant_id}, read-only: {reason}"
        async with self.work.across_tenants(bypass_tenant=True, reason=told) as work:
            user = await UserRepository(work.session).get(user_id)
            membership = await MembershipService(self.work).in_tenant(tenant_id, user_id)
            pair = await TokenPairs(self.work).support(user, membership)
            until = clock.now() + timedelta(seconds=pair.expires_in)
            notes = {
                "member": str(user_id),
                "reason": reason,
                "until": until.isoformat(timespec="seconds"),
            }
            async with self.work.within(TenantContext(tenant_id)) as own:
                own.audit("support.began", notes=notes)
        return pair

    async def end(self, support: Actor) -> None:
        """End support before its time: its token is refused from the commit on."""
        if support.tenant_id is None or support.session_id is None:
            return
        superuser = Actor(user_id=support.supported_by, is_superuser=True)
        told = f"end the support of user {support.user_id} in tenant {support.tenant_id}"
        async with (
            self.work.within(None, actor=superuser) as outer,
            outer.across_tenants(bypass_tenant=True, reason=told),
        ):
            tenant = TenantContext(support.tenant_id)
            acting = replace(superuser, tenant_id=support.tenant_id)
            async with self.work.within(tenant, actor=acting) as own:
                own.audit("support.ended", notes={"member": str(support.user_id)})
        self.work.revoke(Reason.SESSION, support.session_id)
