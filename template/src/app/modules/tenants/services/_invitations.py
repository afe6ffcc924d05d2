from datetime import timedelta
from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows
from app.core.tenancy import TenantContext
from app.kit import clock

from ..errors import InvitationInvalid
from ..permissions import MemberPermission
from ..repositories import Invitation, InvitationRepository, Membership
from ._memberships import MembershipService

LIFETIME = timedelta(days=7)


class InvitationService:
    """An invitation's token is `<tenant id>.<secret>`: it says where to look, and proves only there."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.invitations = InvitationRepository(work.session)
        self.members = MembershipService(work)

    async def invite(self, *, email: str, role: str) -> tuple[Invitation, str]:
        """The invitation and its token, which is shown once. Raises RoleTooHigh."""
        self.work.require(MemberPermission.INVITE)
        self.members.check_rank(role)
        secret = new_secret()
        await self.invitations.withdraw(email.lower())
        invitation = await self.invitations.create(
            email=email.lower(),
            role=role,
            secret_hash=hash_secret(secret),
            expires_at=clock.now() + LIFETIME,
        )
        return invitation, f"{self.work.tenant.tenant_id}.{secret}"

    async def list(self, *, limit: int, cursor: str | None) -> Rows[Invitation]:
        self.work.require(MemberPermission.READ)
        return await self.invitations.list(limit=limit, cursor=cursor)

    async def withdraw(self, invitation_id: UUID) -> None:
        self.work.require(MemberPermission.INVITE)
        await self.invitations.delete(await self.invitations.get(invitation_id))

    async def accept(self, token: str, *, user_id: UUID, email: str) -> Membership:
        """In a unit of the tenant that the token names. Raises InvitationInvalid, AlreadyAMember."""
        secret = token.partition(".")[2]
        invitation = await self.invitations.find_valid(hash_secret(secret), clock.now())
        if invitation is None or invitation.email != email:
            raise InvitationInvalid
        await self.invitations.delete(invitation)
        return await self.members.join(user_id=user_id, role=invitation.role)

    @staticmethod
    def tenant_of(token: str) -> TenantContext:
        """Where a token wants to be accepted. Raises InvitationInvalid."""
        try:
            return TenantContext(UUID(token.partition(".")[0]))
        except ValueError as error:
            raise InvitationInvalid from error
