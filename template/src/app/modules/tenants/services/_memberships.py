from collections.abc import Sequence
from uuid import UUID

from app.core.audit import copy_of
from app.core.auth import Reason
from app.core.permissions import Role
from app.core.tenancy import PersonContext, TenantContext
from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows

from ..errors import AlreadyAMember, LastOwner, NotAMember
from ..events import MemberJoined, MemberRemoved
from ..permissions import MemberPermission
from ..repositories import Membership, MembershipRepository, Tenant, TenantRepository
from ._roles import RoleService


class MembershipService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.memberships = MembershipRepository(work.session)
        self.roles = RoleService(work)

    async def list(self, *, limit: int, cursor: str | None) -> Rows[Membership]:
        self.work.require(MemberPermission.READ)
        return await self.memberships.list(limit=limit, cursor=cursor)

    async def get(self, user_id: UUID) -> Membership:
        """Raises NotAMember."""
        self.work.require(MemberPermission.READ)
        return await self._get(user_id)

    async def join(self, *, user_id: UUID, role: str) -> Membership:
        """For who holds an invitation. Raises AlreadyAMember."""
        if await self.memberships.find_of(user_id) is not None:
            raise AlreadyAMember
        membership = await self.memberships.create(user_id=user_id, role=role)
        self.work.audit("members.joined", after=membership)
        self.work.publish(MemberJoined(membership.id, user_id))
        return membership

    async def change_role(self, user_id: UUID, *, role: str) -> Membership:
        """Raises NotAMember, UnknownRole, RoleTooHigh, LastOwner."""
        self.work.require(MemberPermission.CHANGE)
        membership = await self._get(user_id)
        await self.roles.check_may_take(membership.role)
        await self.roles.check_may_give(role)
        if role != Role.OWNER:
            await self._check_another_owner(membership)
        self.work.revoke(Reason.ROLE, membership.id, except_role=role)
        before = copy_of(membership)
        after = await self.memberships.change(membership, role=role)
        self.work.audit("members.role_changed", before=before, after=after)
        return after

    async def remove(self, user_id: UUID) -> None:
        """Raises NotAMember, RoleTooHigh, LastOwner."""
        self.work.require(MemberPermission.REMOVE)
        membership = await self._get(user_id)
        await self.roles.check_may_take(membership.role)
        await self._check_another_owner(membership)
        await self.memberships.delete(membership)
        self.work.audit("members.removed", before=membership)
        self.work.revoke(Reason.MEMBERSHIP, membership.id)
        self.work.publish(MemberRemoved(membership.id, user_id))

    async def of_person(self, user_id: UUID) -> Sequence[tuple[Membership, Tenant]]:
        """Where a person works, the oldest membership first."""
        async with self.work.within(PersonContext(user_id)) as work:
            memberships = await MembershipRepository(work.session).list_own()
            ids = [membership.tenant_id for membership in memberships]
            tenants = {t.id: t for t in await TenantRepository(work.session).by_ids(ids)}
        return [(membership, tenants[membership.tenant_id]) for membership in memberships]

    async def in_tenant(self, tenant_id: UUID, user_id: UUID) -> Membership:
        """Raises NotAMember."""
        async with self.work.within(TenantContext(tenant_id)) as work:
            return await MembershipService(work)._get(user_id)

    async def _get(self, user_id: UUID) -> Membership:
        membership = await self.memberships.find_of(user_id)
        if membership is None:
            raise NotAMember
        return membership

    async def _check_another_owner(self, membership: Membership) -> None:
        if membership.role != Role.OWNER:
            return
        if await self.memberships.another_owner(than=membership) is None:
            raise LastOwner
