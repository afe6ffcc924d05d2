from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.auth import Actor
from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows
from app.kit.time_zones import time_zones
from app.modules.tenants import (
    Membership,
    MembershipService,
    Tenant,
    TenantService,
    UnknownTimeZone,
)

from ..permissions import UserPermission
from ..repositories import User, UserRepository


@dataclass(frozen=True)
class Place:
    tenant_id: UUID
    tenant_name: str
    role: str
    time_zone: str


@dataclass(frozen=True)
class Me:
    id: UUID
    email: str
    email_verified_at: datetime | None
    full_name: str
    language: str | None
    time_zone: str | None
    is_superuser: bool
    tenant_id: UUID | None
    role: str | None
    memberships: Sequence[Place]
    created_at: datetime


@dataclass(frozen=True)
class Member:
    id: UUID
    email: str
    full_name: str
    role: str
    joined_at: datetime


class UserService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.members = MembershipService(work)

    async def me(self) -> Me:
        return _me(await self._own(), await self._places(), self.work.actor)

    async def change(self, **changes: Any) -> Me:
        """Change name, language or time zone. Raises LanguageNotOffered, UnknownTimeZone."""
        if changes.get("language") is not None:
            changes["language"] = TenantService(self.work).offered_language(changes["language"])
        if changes.get("time_zone") is not None and changes["time_zone"] not in time_zones():
            raise UnknownTimeZone
        user, places = await self._own(), await self._places()
        return _me(await self.users.change(user, **changes), places, self.work.actor)

    async def rename(self, *, full_name: str) -> Me:
        return await self.change(full_name=full_name)

    async def list_members(self, *, limit: int, cursor: str | None) -> Rows[Member]:
        """Return the members of the actor's tenant."""
        self.work.require(UserPermission.READ)
        memberships = await self.members.list(limit=limit, cursor=cursor)
        ids = [membership.user_id for membership in memberships.items]
        users = {user.id: user for user in await self.users.by_ids(ids)}
        return Rows(
            [_member(users[m.user_id], m.role, m.created_at) for m in memberships.items],
            memberships.next_cursor,
        )

    async def get_member(self, user_id: UUID) -> Member:
        """Raises NotAMember."""
        self.work.require(UserPermission.READ)
        membership = await self.members.get(user_id)
        user = await self.users.get(user_id)
        return _member(user, membership.role, membership.created_at)

    async def suspended(self, user_ids: Sequence[UUID]) -> set[UUID]:
        """Return the suspended ones; an unknown id counts as suspended. Needs no permission."""
        users = await self.users.by_ids(user_ids)
        return set(user_ids) - {user.id for user in users if user.suspended_at is None}

    async def _own(self) -> User:
        return await self.users.get(self.work.require_user())

    async def _places(self) -> Sequence[tuple[Membership, Tenant]]:
        """Read memberships and tenants in a unit of their own. Call it before the first write."""
        return await self.members.of_person(self.work.require_user())


def _me(user: User, places: Sequence[tuple[Membership, Tenant]], actor: Actor) -> Me:
    return Me(
        id=user.id,
        email=user.email,
        email_verified_at=user.email_verified_at,
        full_name=user.full_name,
        language=user.language,
        time_zone=user.time_zone,
        is_superuser=user.is_superuser,
        tenant_id=actor.tenant_id,
        role=actor.role,
        memberships=[
            Place(m.tenant_id, tenant.name, m.role, tenant.time_zone) for m, tenant in places
        ],
        created_at=user.created_at,
    )


def _member(user: User, role: str, joined_at: datetime) -> Member:
    return Member(user.id, user.email, user.full_name, role, joined_at)
