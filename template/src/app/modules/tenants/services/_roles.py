from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.auth import Reason
from app.core.permissions import Role
from app.core.unit_of_work import CurrentWork
from app.kit.ids import new_id
from app.kit.rows import Rows

from ..errors import RoleInUse, RoleNameTaken, RoleTooHigh, TooManyRoles, UnknownRole
from ..permissions import RolePermission
from ..repositories import (
    CustomRole,
    CustomRoleRepository,
    InvitationRepository,
    MembershipRepository,
)
from ..settings import TenantSettings

BUILT_IN = frozenset(Role)


@dataclass(frozen=True)
class Grant:
    """Has what a custom role gives. A built-in role needs no id: its name determines everything."""

    id: UUID | None = None
    permissions: frozenset[str] | None = None
    language: str | None = None
    """The tenant's, where a log-in begins."""


class RoleService:
    """Manages custom roles of a tenant, beside viewer, member, admin and owner."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.roles = CustomRoleRepository(work.session)
        self.memberships = MembershipRepository(work.session)
        self.invitations = InvitationRepository(work.session)

    async def list(self, *, limit: int, cursor: str | None) -> Rows[CustomRole]:
        self.work.require(RolePermission.READ)
        return await self.roles.list(limit=limit, cursor=cursor)

    async def create(self, *, name: str, permissions: Sequence[str]) -> CustomRole:
        """Raises RoleNameTaken, RoleTooHigh, TooManyRoles."""
        self.work.require(RolePermission.CREATE)
        self._check_own(permissions)
        await self._check_number()
        if name in BUILT_IN or await self.roles.find_by_name(name) is not None:
            raise RoleNameTaken
        role = await self.roles.create(
            name=name, permissions=sorted(set(permissions)), grant_id=new_id()
        )
        self.work.audit("roles.created", after=role)
        return role

    async def change(self, role_id: UUID, *, permissions: Sequence[str]) -> CustomRole:
        """Change the permissions; members with the role get them with their next token, at once.

        Permissions that no module declares any more are dropped. Raises RoleTooHigh.
        """
        self.work.require(RolePermission.CHANGE)
        role = await self.roles.get_for_update(role_id)
        # A client sends back what it has read. Unknown names in it are no error, and are not kept.
        gone = set(role.permissions) - self._known(role)
        permissions = [name for name in permissions if name not in gone]
        self._check_own([*self._known(role), *permissions])
        self.work.revoke(Reason.ROLE, role.grant_id)
        after = await self.roles.change(
            role, permissions=sorted(set(permissions)), grant_id=new_id()
        )
        self.work.audit("roles.changed", before=role, after=after)
        return after

    async def delete(self, role_id: UUID) -> None:
        """Delete the role and revoke tokens with it: a new role of this name must not revive them.

        Raises RoleInUse, RoleTooHigh.
        """
        self.work.require(RolePermission.DELETE)
        role = await self.roles.get_for_update(role_id)
        self._check_own(sorted(self._known(role)))
        if await self.memberships.find_with_role(role.name) is not None:
            raise RoleInUse
        if await self.invitations.find_with_role(role.name) is not None:
            raise RoleInUse
        await self.roles.delete(role)
        self.work.revoke(Reason.ROLE, role.grant_id)
        self.work.audit("roles.deleted", before=role)

    async def grant_of(self, name: str) -> Grant:
        """Return the grant for a token. A deleted role gives nothing."""
        if name in BUILT_IN:
            return Grant()
        role = await self.roles.find_by_name(name)
        if role is None:
            return Grant(permissions=frozenset())
        return Grant(role.grant_id, self._known(role))

    async def grants_of(self, names: Collection[str]) -> dict[str, Grant]:
        """Return the grants, with built-in roles' permissions; a deleted role gives nothing."""
        of = self.work.runtime.permissions.of
        own = [name for name in names if name not in BUILT_IN]
        grants = {name: Grant(permissions=of(name)) for name in names}
        for role in await self.roles.by_names(own) if own else ():
            grants[role.name] = Grant(role.grant_id, self._known(role))
        return grants

    async def check_may_give(self, name: str) -> None:
        """Check that the actor has all that the role gives. Raises UnknownRole, RoleTooHigh."""
        self._check_covers(name, await self.lock(name))

    async def check_may_take(self, name: str) -> None:
        """Check that the actor has all that the role gives; a deleted one gives nothing.

        Raises RoleTooHigh.
        """
        try:
            given = await self.lock(name)
        except UnknownRole:
            given = frozenset()
        self._check_covers(name, given)

    async def lock(self, name: str) -> frozenset[str]:
        """Lock the role until the commit, and return its permissions.

        Raises UnknownRole.
        """
        if name in BUILT_IN:
            return self.work.runtime.permissions.of(name)
        role = await self.roles.find_by_name_for_share(name)
        if role is None:
            raise UnknownRole
        return self._known(role)

    def _check_covers(self, name: str, given: frozenset[str]) -> None:
        actor = self.work.actor
        if actor.is_system:
            return
        if not given <= actor.permissions or (name == Role.OWNER and actor.role != Role.OWNER):
            raise RoleTooHigh

    async def _check_number(self) -> None:
        most = self.work.runtime.settings_of(TenantSettings).max_roles
        if await self.roles.count_in_turn() >= most:
            raise TooManyRoles(most=most)

    def _check_own(self, permissions: Sequence[str]) -> None:
        if not all(self.work.actor.may(name) for name in permissions):
            raise RoleTooHigh

    def _known(self, role: CustomRole) -> frozenset[str]:
        return self.work.runtime.permissions.known(role.permissions)
