from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.auth import Actor, Reason
from app.core.errors import InvalidToken
from app.core.permissions import Role
from app.core.personal_data import exported
from app.core.tenancy import PersonContext, TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit.rows import Rows
from app.kit.texts import quoted

from ..errors import AlreadyAMember, LastOwner, NotAMember, StillOwner
from ..events import MemberJoined, MemberRemoved
from ..permissions import MemberPermission
from ..repositories import (
    InvitationRepository,
    Membership,
    MembershipRepository,
    Tenant,
    TenantRepository,
)
from ._roles import Grant, RoleService


@dataclass(frozen=True)
class Standing:
    """A member, with the permissions of the role."""

    membership_id: UUID
    role: str
    grant_id: UUID | None
    permissions: frozenset[str]

    def may_invite(self, role: str, given: frozenset[str]) -> bool:
        """True if the member has `given`, may invite, and is an owner if `role` is the owner's."""
        covers = given <= self.permissions and (role != Role.OWNER or self.role == Role.OWNER)
        return covers and MemberPermission.INVITE in self.permissions


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
        """Add the user, who has an invitation. Raises AlreadyAMember."""
        if await self.memberships.find_of(user_id) is not None:
            raise AlreadyAMember
        membership = await self.memberships.create(user_id=user_id, role=role)
        self.work.audit("members.joined", after=membership)
        self.work.publish(MemberJoined(membership.id, user_id))
        return membership

    async def change_role(self, user_id: UUID, *, role: str) -> Membership:
        """Raises NotAMember, UnknownRole, RoleTooHigh, LastOwner."""
        self.work.require(MemberPermission.CHANGE)
        membership, others = await self._lock(user_id)
        await self.roles.check_may_take(membership.role)
        await self.roles.check_may_give(role)
        if role != Role.OWNER:
            _check_an_owner_stays(membership, others)
        self.work.revoke(Reason.ROLE, membership.id, except_role=role)
        after = await self.memberships.change(membership, role=role)
        self.work.audit("members.role_changed", before=membership, after=after)
        return after

    async def remove(self, user_id: UUID) -> None:
        """Raises NotAMember, RoleTooHigh, LastOwner."""
        self.work.require(MemberPermission.REMOVE)
        membership, others = await self._lock(user_id)
        await self.roles.check_may_take(membership.role)
        _check_an_owner_stays(membership, others)
        await self.memberships.delete(membership)
        self.work.audit("members.removed", before=membership)
        self.work.revoke(Reason.MEMBERSHIP, membership.id)
        self.work.publish(MemberRemoved(membership.id, user_id))

    async def check_may_leave(self, user_id: UUID) -> None:
        """Check each tenant of the user before they leave all. Raises StillOwner."""
        kept = []
        for membership, tenant in await self.of_person(user_id):
            async with self.work.within(TenantContext(membership.tenant_id)) as work:
                if await MembershipService(work)._is_last_owner(user_id):
                    kept.append(quoted(tenant.name))
        if kept:
            raise StillOwner(tenants=", ".join(kept))

    async def leave_all(self, user_id: UUID) -> None:
        """End all memberships of a user whose account is deleted, each in a unit of its own.

        Raises StillOwner.
        """
        await self.check_may_leave(user_id)
        for membership, tenant in await self.of_person(user_id):
            async with self.work.within(TenantContext(membership.tenant_id)) as work:
                await MembershipService(work)._leave(user_id, tenant)

    async def list_own(self) -> Sequence[Membership]:
        """Return the memberships that this unit's person has."""
        return await self.memberships.list_own()

    async def of_person(self, user_id: UUID) -> Sequence[tuple[Membership, Tenant]]:
        """Return the user's memberships with their tenants, oldest membership first."""
        async with self.work.within(PersonContext(user_id)) as work:
            memberships = await MembershipRepository(work.session).list_own()
            ids = [membership.tenant_id for membership in memberships]
            tenants = {t.id: t for t in await TenantRepository(work.session).by_ids(ids)}
        return [(membership, tenants[membership.tenant_id]) for membership in memberships]

    async def in_tenant(self, tenant_id: UUID, user_id: UUID) -> Membership:
        """Raises NotAMember."""
        async with self.work.within(TenantContext(tenant_id)) as work:
            return await MembershipService(work)._get(user_id)

    async def standings(self, user_ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """Return what each member may do now; other ids are left out. Needs no permission."""
        memberships = await self.memberships.list_of(user_ids)
        grants = await self.roles.grants_of({each.role for each in memberships})
        return {each.user_id: _standing(each, grants[each.role]) for each in memberships}

    async def _is_last_owner(self, user_id: UUID) -> bool:
        locked = await self.memberships.lock_with_owners([user_id])
        owners = {each.user_id for each in locked if each.role == Role.OWNER}
        return owners == {user_id}

    async def _leave(self, user_id: UUID, tenant: Tenant) -> None:
        """Raises StillOwner, also when the other owners have just left."""
        if await self._is_last_owner(user_id):
            raise StillOwner(tenants=quoted(tenant.name))
        membership = await self.memberships.find_of(user_id)
        if membership is None:
            return
        await self.memberships.delete(membership)
        self.work.audit("members.left", before=membership)
        self.work.revoke(Reason.MEMBERSHIP, membership.id)
        self.work.publish(MemberRemoved(membership.id, user_id))

    async def _get(self, user_id: UUID) -> Membership:
        membership = await self.memberships.find_of(user_id)
        if membership is None:
            raise NotAMember
        return membership

    async def _lock(self, user_id: UUID) -> tuple[Membership, Sequence[Membership]]:
        """Lock and return the user's membership and those of the other owners.

        The checks and the write that follows use these rows. Raises NotAMember, and InvalidToken if
        the actor's own role has just changed.
        """
        actor = self.work.actor
        locked = await self.memberships.lock_with_owners([user_id, actor.user_id or user_id])
        by_user = {each.user_id: each for each in locked}
        if actor.session_id is not None and actor.user_id is not None:
            _check_same_role(actor, by_user.get(actor.user_id))
        if user_id not in by_user:
            raise NotAMember
        owners = [each for each in locked if each.role == Role.OWNER]
        return by_user[user_id], [each for each in owners if each.user_id != user_id]


def _check_same_role(actor: Actor, now: Membership | None) -> None:
    """Raises InvalidToken."""
    if now is None:
        raise InvalidToken(Reason.MEMBERSHIP.sentence)
    if now.role != actor.role:
        raise InvalidToken(Reason.ROLE.sentence)


def _standing(membership: Membership, grant: Grant) -> Standing:
    return Standing(membership.id, membership.role, grant.id, grant.permissions or frozenset())


def _check_an_owner_stays(leaving: Membership, others: Sequence[Membership]) -> None:
    """Raises LastOwner."""
    if leaving.role == Role.OWNER and not others:
        raise LastOwner


async def export_membership_of(work: UnitOfWork, user_id: UUID) -> dict[str, Any]:
    """Return the user's role, and the invitations that the user has made and that still wait."""
    invitations = InvitationRepository(work.session)
    return {
        "memberships": exported(await MembershipRepository(work.session).list_of([user_id])),
        "invitations": exported(await invitations.list_by(user_id)),
    }
