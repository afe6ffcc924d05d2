from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_

from app.database.repository import Repository, RowNotFound

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


class TenantRepository(Repository[Tenant]):
    model = Tenant

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[Tenant]:
        return await self.all(self.query().where(Tenant.id.in_(ids)))


class MembershipRepository(Repository[Membership]):
    model = Membership

    async def find_of(self, user_id: UUID) -> Membership | None:
        return await self.first(self.query().where(Membership.user_id == user_id))

    async def list_own(self) -> Sequence[Membership]:
        """All that the session may see, the oldest first: for a person's session, her own."""
        return await self.all(self.query().order_by(Membership.id))

    async def find_with_role(self, role: str) -> Membership | None:
        return await self.first(self.query().where(Membership.role == role))

    async def another_owner(self, than: Membership) -> Membership | None:
        """Locked, so that two owners who leave at once do not both find the other."""
        query = self.query().where(Membership.role == "owner", Membership.id != than.id)
        return await self.first(query.with_for_update())


class InvitationRepository(Repository[Invitation]):
    model = Invitation

    async def find_valid(self, secret_hash: str, at: datetime) -> Invitation | None:
        """By either of its secrets: the one that was shown, or the one that was mailed."""
        query = self.query().where(
            or_(
                Invitation.secret_hash == secret_hash, Invitation.mailed_secret_hash == secret_hash
            ),
            Invitation.expires_at > at,
        )
        return await self.first(query.with_for_update())

    async def find_with_role(self, role: str) -> Invitation | None:
        return await self.first(self.query().where(Invitation.role == role))

    async def withdraw(self, email: str) -> None:
        await self.session.execute(
            delete(Invitation)
            .where(func.lower(Invitation.email) == email.lower())
            .execution_options(synchronize_session=False)
        )


class CustomRoleRepository(Repository[CustomRole]):
    model = CustomRole

    async def find_by_name(self, name: str) -> CustomRole | None:
        return await self.first(self.query().where(CustomRole.name == name))

    async def find_by_name_for_share(self, name: str) -> CustomRole | None:
        """Locked against its deletion while it is being given to somebody."""
        query = self.query().where(CustomRole.name == name)
        return await self.first(query.with_for_update(read=True))

    async def get_for_update(self, role_id: UUID) -> CustomRole:
        """Raises RowNotFound."""
        query = self.query().where(CustomRole.id == role_id)
        role = await self.first(query.with_for_update())
        if role is None:
            raise RowNotFound("CustomRole")
        return role
