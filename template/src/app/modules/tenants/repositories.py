from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, or_, text, update

from app.database.repository import Repository
from app.kit.rows import Rows

from .errors import AlreadyAMember, RoleNameTaken
from .models import CustomRole, Invitation, Membership, Tenant

__all__ = [
    "CustomRole",
    "CustomRoleRepository",
    "Invitation",
    "InvitationRepository",
    "Membership",
    "MembershipRepository",
    "Tenant",
    "TenantRepository",
]


# Transaction-level advisory lock: released on commit, rollback or crash. It waits for nobody.
RESERVE = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:turn, 0))").execution_options(
    raw_sql="a lock, no rows"
)


class TenantRepository(Repository[Tenant]):
    model = Tenant

    async def find_by_slug(self, slug: str) -> Tenant | None:
        return await self.first(self.query().where(Tenant.slug == slug))

    async def reserve_slug(self, slug: str) -> bool:
        """Return True if no tenant has the slug, or is being created with it."""
        if not await self.session.scalar(RESERVE, {"turn": f"tenants.slug:{slug}"}):
            return False
        return await self.find_by_slug(slug) is None

    async def page_of(self, ids: Sequence[UUID], *, limit: int, cursor: str | None) -> Rows[Tenant]:
        return await self.page(self.query().where(Tenant.id.in_(ids)), limit=limit, cursor=cursor)

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Tenant]:
        return await self.all(self.query().where(Tenant.id.in_(ids)))


class MembershipRepository(Repository[Membership]):
    model = Membership
    taken: ClassVar = {Membership.user_id: AlreadyAMember}

    async def find_of(self, user_id: UUID) -> Membership | None:
        return await self.first(self.query().where(Membership.user_id == user_id))

    async def list_own(self) -> Sequence[Membership]:
        """Return all that the session may read, oldest first: a user's session reads its own."""
        return await self.all(self.query().order_by(Membership.id))

    async def lock_with_owners(self, user_ids: Sequence[UUID]) -> Sequence[Membership]:
        """Return the memberships of the users and of all owners, locked until the commit.

        So two owners who leave at the same time wait for each other, and the second sees that the
        first has left. All callers lock in one order, which prevents deadlocks.
        """
        either = or_(Membership.user_id.in_(user_ids), Membership.role == "owner")
        query = self.query().where(either).order_by(Membership.id).with_for_update()
        return await self.all(query.execution_options(populate_existing=True))

    async def list_of(self, user_ids: Sequence[UUID]) -> Sequence[Membership]:
        return await self.all(self.query().where(Membership.user_id.in_(user_ids)))

    async def find_with_role(self, role: str) -> Membership | None:
        return await self.first(self.query().where(Membership.role == role))


class InvitationRepository(Repository[Invitation]):
    model = Invitation

    async def find_valid(self, secret_hash: str, at: datetime) -> Invitation | None:
        """Find by either of its secrets: the one that was shown, or the one that was mailed."""
        query = self.query().where(
            or_(
                Invitation.secret_hash == secret_hash, Invitation.mailed_secret_hash == secret_hash
            ),
            Invitation.expires_at > at,
        )
        return await self.first(query.with_for_update())

    async def find_with_role(self, role: str) -> Invitation | None:
        return await self.first(self.query().where(Invitation.role == role))

    async def list_by(self, user_id: UUID) -> Sequence[Invitation]:
        query = self.query().where(Invitation.invited_by == user_id)
        return await self.all(query.order_by(Invitation.id))

    async def keep_mailed_secret(self, invitation_id: UUID, secret_hash: str) -> bool:
        """Return False if the invitation has been withdrawn or accepted."""
        query = (
            update(Invitation)
            .where(Invitation.id == invitation_id)
            .values(mailed_secret_hash=secret_hash)
            .returning(Invitation.id)
            .execution_options(synchronize_session=False)
        )
        return (await self.session.scalars(query)).first() is not None

    async def find_for_update(self, email: str) -> Invitation | None:
        of_address = func.lower(Invitation.email) == email.lower()
        return await self.first(self.query().where(of_address).with_for_update())


class CustomRoleRepository(Repository[CustomRole]):
    model = CustomRole
    taken: ClassVar = {CustomRole.name: RoleNameTaken}

    async def find_by_name(self, name: str) -> CustomRole | None:
        return await self.first(self.query().where(CustomRole.name == name))

    async def find_by_name_for_share(self, name: str) -> CustomRole | None:
        """Lock the role, so that nobody deletes it while it is being given to a member."""
        query = self.query().where(CustomRole.name == name).with_for_update(read=True)
        return await self.first(query.execution_options(populate_existing=True))

    async def by_names(self, names: Sequence[str]) -> Sequence[CustomRole]:
        return await self.all(self.query().where(CustomRole.name.in_(names)))
