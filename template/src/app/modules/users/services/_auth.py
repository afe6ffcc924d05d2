from collections.abc import Sequence
from uuid import UUID

from app.core.auth import ExternalIdentity
from app.core.languages import preferred
from app.core.mail import count_email
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.ids import new_id
from app.kit.texts import plain_name
from app.modules.tenants import (
    InvitationInvalid,
    InvitationService,
    Membership,
    MembershipService,
    Tenant,
    TenantService,
)

from ..errors import (
    ConfirmationMissing,
    CredentialsChanged,
    DomainNotAllowed,
    EmailTaken,
    RegistrationByInvitation,
)
from ..events import UserRegistered
from ..repositories import User, UserRepository
from ._challenges import Challenge, ChallengeService
from ._credentials import CredentialService
from ._email_jobs import mail_confirmation
from ._identities import IdentityService
from ._passwords import PasswordService
from ._sessions import SessionService
from ._token_pairs import TokenPair, must_confirm
from ._users import UserService


class AuthService:
    """Registers users and logs them in. There is no actor yet: each step names its own context."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.members = MembershipService(work)
        self.sessions = SessionService(work)
        self.challenges = ChallengeService(work)
        self.passwords = PasswordService(work)

    async def register(
        self, *, email: str, password: str, full_name: str, tenant_name: str
    ) -> TokenPair:
        """Sign up and log in. Raises ConfirmationMissing, and what `sign_up` raises."""
        pair = await self.sign_up(
            email=email, password=password, full_name=full_name, tenant_name=tenant_name
        )
        if pair is None:
            raise ConfirmationMissing
        return pair

    async def sign_up(
        self, *, email: str, password: str, full_name: str, tenant_name: str
    ) -> TokenPair | None:
        """Create a user and a tenant that they own; None if the address must be confirmed first.

        Raises EmailTaken, RegistrationByInvitation, DomainNotAllowed.
        """
        self._check_registration(email)
        async with self.work.within(TenantContext(new_id())) as work:
            user = await AuthService(work).add_user(
                email=email, password=password, full_name=full_name
            )
            owner = await TenantService(work).create(name=tenant_name, owner_id=user.id)
            if must_confirm(work, user):
                return None
            return await SessionService(work).begin(user, owner)

    async def log_in(self, *, email: str, password: str) -> TokenPair | Challenge:
        """Log in to the oldest of the user's tenants that is not suspended.

        Raises WrongCredentials, UserSuspended, TenantSuspended.
        """
        return await self.enter(await self._prove(email, password))

    async def enter(self, user: User) -> TokenPair | Challenge:
        """Log in a user who has proved their identity. Raises UserSuspended, TenantSuspended."""
        places = await self.members.of_person(user.id)
        return await self._enter(user, _first_open(places))

    async def verify(self, challenge: str, code: str) -> TokenPair:
        """Complete a log-in with a code of the device or a recovery code.

        Raises WrongCode, SecondFactorLocked, UserSuspended, TenantSuspended, NotAMember.
        """
        verified = await self.challenges.verify(challenge, code)
        user = await self.users.get(verified.user_id)
        # The password may have been reset after the challenge was issued.
        if user.credentials_version != verified.credentials_version:
            raise CredentialsChanged
        tenant_id = verified.tenant_id
        member = await self.members.in_tenant(tenant_id, user.id) if tenant_id else None
        return await self.sessions.begin(user, member)

    async def switch(self, tenant_id: UUID, *, refresh_token: str | None) -> TokenPair:
        """Move the actor's log-in to another of their tenants.

        Raises NotAMember, RefreshRefused, UserSuspended, TenantSuspended.
        """
        member = await self.members.in_tenant(tenant_id, self.work.require_user())
        return await self.sessions.move(member, refresh_token)

    async def register_without_password(self, identity: ExternalIdentity) -> TokenPair:
        """Create a user whose address a provider has verified, and a tenant of the same name.

        Raises RegistrationByInvitation, DomainNotAllowed.
        """
        email = identity.email or ""
        self._check_registration(email)
        name = plain_name(identity.name) or plain_name(email.partition("@")[0]) or "?"
        async with self.work.within(TenantContext(new_id())) as work:
            user = await UserRepository(work.session).create(
                email=email,
                full_name=name,
                email_verified_at=clock.now(),
                password_hash=None,
                is_superuser=False,
                language=_preferred(work),
            )
            await IdentityService(work).add(user, identity)
            work.publish(UserRegistered(user.id))
            owner = await TenantService(work).create(name=name, owner_id=user.id)
            return await SessionService(work).begin(user, owner)

    async def join(self, token: str, *, refresh_token: str | None) -> TokenPair:
        """Join the tenant that invited the actor, and move their log-in to it.

        Raises InvitationInvalid, AlreadyAMember, RefreshRefused, UserSuspended, TenantSuspended.
        """
        self.work.require_user()
        await self.sessions.check_own(refresh_token)
        async with self.work.within(InvitationService.tenant_of(token)) as work:
            user = await CredentialService(work).lock_own()
            member = await AuthService(work)._accept(token, user)
        return await self.sessions.move(member, refresh_token)

    async def accept_invitation(
        self, token: str, *, email: str, password: str, full_name: str
    ) -> TokenPair | Challenge:
        """Join the tenant that invited this address, as a new user or with the user's password.

        Raises InvitationInvalid, AlreadyAMember, WrongCredentials.
        """
        async with self.work.within(InvitationService.tenant_of(token)) as work:
            proven = await AuthService(work)._find_or_add(email, password, full_name)
            user = await CredentialService(work).lock(proven)
            by_mail = await InvitationService(work).came_by_mail(token)
            member = await AuthService(work)._accept(token, user)
            if by_mail and user.email_verified_at is None:
                user = await AuthService(work).users.change(user, email_verified_at=clock.now())
            return await AuthService(work)._enter(user, member)

    async def add_user(
        self, *, email: str, password: str, full_name: str, is_superuser: bool = False
    ) -> User:
        """Raises EmailTaken, WeakPassword."""
        if await self.users.find_by_email(email.lower()) is not None:
            raise EmailTaken
        user = await self.users.create(
            email=email.lower(),
            full_name=full_name,
            password_hash=await self.passwords.hash(password, email=email),
            is_superuser=is_superuser,
            language=_preferred(self.work),
        )
        await count_email(self.work, "confirmation", to=user.email)
        self.work.enqueue(mail_confirmation, user_id=user.id, email=user.email)
        self.work.publish(UserRegistered(user.id))
        return user

    def _check_registration(self, email: str) -> None:
        """Raises RegistrationByInvitation, DomainNotAllowed."""
        auth = self.work.runtime.settings.auth
        if self.work.origin is None:
            return  # a seed or a command, which needs no permission to register
        if auth.registration == "invited":
            raise RegistrationByInvitation
        domain = email.rpartition("@")[2].lower()
        if auth.registration == "domains" and domain not in auth.registration_domains:
            raise DomainNotAllowed(domains=", ".join(auth.registration_domains))

    async def _enter(self, user: User, membership: Membership | None) -> TokenPair | Challenge:
        """Log in, or ask for the second factor. Raises UserSuspended, TenantSuspended."""
        if await self.challenges.is_required(user.id):
            return self.challenges.issue(user, membership.tenant_id if membership else None)
        return await self.sessions.begin(user, membership)

    async def _accept(self, token: str, user: User) -> Membership:
        """Accept for a locked user. Raises InvitationInvalid, AlreadyAMember."""
        invitations = InvitationService(self.work)
        inviter = await invitations.inviter_of(token)
        if inviter is not None and await UserService(self.work).suspended([inviter]):
            raise InvitationInvalid
        return await invitations.accept(token, user_id=user.id, email=user.email)

    async def _find_or_add(self, email: str, password: str, full_name: str) -> User:
        if await self.users.find_by_email(email.lower()) is not None:
            return await self._prove(email, password)
        return await self.add_user(email=email, password=password, full_name=full_name)

    async def _prove(self, email: str, password: str) -> User:
        user = await self.users.find_by_email(email.lower())
        return await self.passwords.prove(user, password, account=email.lower())


def _preferred(work: UnitOfWork) -> str | None:
    """Return the language that the browser asks for, if the app has it."""
    return preferred(work.origin.header(b"accept-language")) if work.origin else None


def _first_open(places: Sequence[tuple[Membership, Tenant]]) -> Membership | None:
    """Return the oldest membership in a tenant that is not suspended, else the oldest."""
    memberships = [m for m, tenant in places if not tenant.is_suspended] or [m for m, _ in places]
    return memberships[0] if memberships else None
