from dataclasses import dataclass, replace
from uuid import UUID

from app.core.auth import SUPPORT_LIFETIME, AccessClaims, hash_secret, new_secret
from app.core.security_events import SecurityEvent
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork
from app.kit.ids import new_id
from app.modules.tenants import Grant, Membership, RoleService, TenantService

from ..errors import ConfirmationMissing, UserSuspended
from ..repositories import AuthSession, RefreshTokenRepository, User


@dataclass(frozen=True)
class TokenPair:
    """An access token, with a refresh token only if the request brought one or begins a log-in."""

    access_token: str
    expires_in: int
    refresh_token: str | None


class TokenPairs:
    """Issues the tokens of a log-in, with what its user may do in the tenant."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.tokens = RefreshTokenRepository(work.session)

    async def grant(self, user: User, membership: Membership | None) -> Grant | None:
        """Return what the membership's role gives. Call it before the first write: it may read in
        a unit of the membership's tenant.

        Raises UserSuspended, ConfirmationMissing, TenantSuspended.
        """
        if user.suspended_at is not None:
            self.work.note_security(SecurityEvent.LOGIN_FAILED, reason="suspended", user_id=user.id)
            raise UserSuspended
        if must_confirm(self.work, user):
            self.work.note_security(
                SecurityEvent.LOGIN_FAILED, reason="not confirmed", user_id=user.id
            )
            raise ConfirmationMissing
        if membership is None:
            return None
        context = TenantContext(membership.tenant_id)
        if self.work.context == context:
            return await _open_grant(self.work, membership.role)
        async with self.work.within(context) as work:
            return await _open_grant(work, membership.role)

    async def issue(
        self, session: AuthSession, user: User, membership: Membership | None, grant: Grant | None
    ) -> TokenPair:
        secret = new_secret()
        await self.tokens.create(session_id=session.id, secret_hash=hash_secret(secret))
        tokens = self.work.runtime.tokens
        access = tokens.issue(_claims(session.id, user, membership, grant))
        return TokenPair(access, int(tokens.lifetime.total_seconds()), secret)

    async def visit(self, session_id: UUID, user: User, membership: Membership) -> TokenPair:
        """Issue an access token for another tenant. Raises UserSuspended, TenantSuspended."""
        grant = await self.grant(user, membership)
        claims = _claims(session_id, user, membership, grant)
        tokens, until = self.work.runtime.tokens, self.work.actor.expires_at
        return TokenPair(tokens.issue(claims, until=until), tokens.seconds_left(until), None)

    async def support(self, user: User, membership: Membership) -> TokenPair:
        """Issue a read-only access token of the actor, who is a superuser, as this member.

        Raises UserSuspended, TenantSuspended.
        """
        grant = await self.grant(user, membership)
        claims = replace(
            _claims(new_id(), user, membership, grant),
            is_superuser=False,
            supported_by=self.work.require_user(),
            support_session=self.work.actor.session_id,
        )
        tokens = self.work.runtime.tokens
        seconds = min(tokens.seconds_left(), int(SUPPORT_LIFETIME.total_seconds()))
        return TokenPair(tokens.issue(claims), seconds, None)


def must_confirm(work: UnitOfWork, user: User) -> bool:
    """True if the address has to be confirmed first: its domain is what lets the user in."""
    by_domain = work.runtime.settings.auth.registration == "domains"
    return by_domain and user.email_verified_at is None and not user.is_superuser


async def _open_grant(work: UnitOfWork, role: str) -> Grant:
    tenant = await TenantService(work).check_open()
    return replace(await RoleService(work).grant_of(role), language=tenant.language)


def _claims(
    session_id: UUID, user: User, membership: Membership | None, grant: Grant | None
) -> AccessClaims:
    return AccessClaims(
        user_id=user.id,
        session_id=session_id,
        tenant_id=membership.tenant_id if membership else None,
        membership_id=membership.id if membership else None,
        role=membership.role if membership else None,
        grant_id=grant.id if grant else None,
        permissions=grant.permissions if grant else None,
        is_superuser=user.is_superuser,
        language=user.language or (grant.language if grant else None),
    )
