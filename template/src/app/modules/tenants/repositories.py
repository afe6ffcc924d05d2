from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_

from app.database.repository import Repository

from .models import Invitation, Membership, Tenant

__all__ = [
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

    async def withdraw(self, email: str) -> None:
        await self.session.execute(delete(Invitation).where(Invitation.email == email))
