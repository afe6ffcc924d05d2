from datetime import timedelta
from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.mail import count_email
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.kit.rows import Rows

from ..errors import InvitationInvalid, UnknownRole
from ..permissions import MemberPermission
from ..repositories import Invitation, InvitationRepository, Membership
from ._email_jobs import mail_invitation, token_of
from ._memberships import MembershipService

LIFETIME = timedelta(days=7)


class InvitationService:
    """Makes, withdraws and accepts invitations. Each is for one address and for one use."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.invitations = InvitationRepository(work.session)
        self.members = MembershipService(work)

    async def invite(self, *, email: str, role: str) -> tuple[Invitation, str]:
        """Return the invitation and its token, which is shown once; the e-mail has another one.

        An earlier invitation of the same address is withdrawn. Raises UnknownRole, RoleTooHigh.
        """
        self.work.require(MemberPermission.INVITE)
        email = email.lower()
        await self.invitations.take_turn(email)
        earlier = await self.invitations.find_for_update(email)
        if earlier is not None:
            await self._end(earlier)
        await self.members.roles.check_may_give(role)
        await count_email(self.work, "invitation", to=email)
        secret = new_secret()
        invitation = await self.invitations.create(
            email=email,
            role=role,
            invited_by=self.work.actor.user_id or self.work.actor.made_by,
            secret_hash=hash_secret(secret),
            expires_at=clock.now() + LIFETIME,
        )
        self.work.audit("invitations.created", after=invitation)
        self.work.enqueue(mail_invitation, invitation_id=invitation.id)
        return invitation, token_of(self.work.tenant, secret)

    async def list(self, *, limit: int, cursor: str | None) -> Rows[Invitation]:
        self.work.require(MemberPermission.READ)
        return await self.invitations.list(limit=limit, cursor=cursor)

    async def withdraw(self, invitation_id: UUID) -> None:
        """Raises RowNotFound, RoleTooHigh."""
        self.work.require(MemberPermission.INVITE)
        await self._end(await self.invitations.get_for_update(invitation_id))

    async def accept(self, token: str, *, user_id: UUID, email: str) -> Membership:
        """Accept in a unit of the token's tenant. Raises InvitationInvalid, AlreadyAMember."""
        invitation = await self._find(token)
        if invitation is None or invitation.email != email:
            raise InvitationInvalid
        await self._check_inviter(invitation)
        await self.invitations.delete(invitation)
        return await self.members.join(user_id=user_id, role=invitation.role)

    async def inviter_of(self, token: str) -> UUID | None:
        """Raises InvitationInvalid."""
        invitation = await self._find(token)
        if invitation is None:
            raise InvitationInvalid
        return invitation.invited_by

    async def came_by_mail(self, token: str) -> bool:
        """True for the mailed token: it proves that its user reads the invited address's mail."""
        invitation = await self._find(token)
        return invitation is not None and invitation.mailed_secret_hash == _hash(token)

    async def _end(self, invitation: Invitation) -> None:
        """Raises RoleTooHigh, for example for an admin who withdraws the invitation of an owner."""
        await self.members.roles.check_may_take(invitation.role)
        await self.invitations.delete(invitation)
        self.work.audit("invitations.withdrawn", before=invitation)

    async def _check_inviter(self, invitation: Invitation) -> None:
        """Check that the inviter could still make the invitation, and lock the role.

        Raises InvitationInvalid.
        """
        try:
            given = await self.members.roles.lock(invitation.role)
        except UnknownRole as gone:
            raise InvitationInvalid from gone
        if invitation.invited_by is None:
            return
        inviter = (await self.members.standings([invitation.invited_by])).get(invitation.invited_by)
        if inviter is None or not inviter.may_invite(invitation.role, given):
            raise InvitationInvalid

    async def _find(self, token: str) -> Invitation | None:
        return await self.invitations.find_valid(_hash(token), clock.now())

    @staticmethod
    def tenant_of(token: str) -> TenantContext:
        """Return the tenant that a token names. Raises InvitationInvalid."""
        try:
            return TenantContext(UUID(token.partition(".")[0]))
        except ValueError as error:
            raise InvitationInvalid from error


def _hash(token: str) -> str:
    return hash_secret(token.partition(".")[2])
