import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.auth import AccessClaims, Reason, hash_secret, new_secret
from app.core.mail import send_mail
from app.core.security_events import SecurityEvent
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.texts import plain
from app.modules.tenants import (
    Grant,
    Membership,
    MembershipService,
    NotAMember,
    RoleService,
    TenantService,
)

from ..errors import CredentialsChanged, RefreshRefused, UserSuspended
from ..repositories import (
    AuthSession,
    AuthSessionRepository,
    OneTimeTokenRepository,
    RefreshTokenRepository,
    User,
    UserRepository,
)
from ._letters import NEW_DEVICE, REUSED

VERSIONS = re.compile(r"[0-9._]+")
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class TokenPair:
    """An access token, with a refresh token only if the request brought one or begins a log-in."""

    access_token: str
    expires_in: int
    refresh_token: str | None


@dataclass(frozen=True)
class Move:
    """Moves a log-in to another of its user's tenants."""

    session_id: UUID
    into: Membership


@dataclass(frozen=True)
class OpenSession:
    id: UUID
    user_agent: str | None
    address: str | None
    tenant_id: UUID | None
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class SessionService:
    """Begins, refreshes, moves and ends log-ins. Each refresh token is valid for one use."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.sessions = AuthSessionRepository(work.session)
        self.tokens = RefreshTokenRepository(work.session)
        self.users = UserRepository(work.session)

    async def begin(self, proven: User, membership: Membership | None) -> TokenPair:
        """Begin a log-in in a tenant or in none, if the credentials of `proven` are still current.

        Raises CredentialsChanged, UserSuspended, TenantSuspended.
        """
        # `_grant` may read in another unit of work, so it comes before the lock of `_still`: this
        # unit must not wait for a second connection while it holds a row.
        grant = await self._grant(proven, membership)
        user = await self._still(proven)
        lifetime = timedelta(days=self.work.runtime.settings.auth.refresh_days)
        origin = self.work.origin
        await self._warn_of_new_device(user)
        session = await self.sessions.create(
            user_id=user.id,
            tenant_id=membership.tenant_id if membership else None,
            user_agent=_shortened(origin.header(b"user-agent")) if origin else None,
            address=origin.address if origin else None,
            expires_at=clock.now() + lifetime,
        )
        await self._end_surplus(user.id)
        pair = await self._issue(session, user, membership, grant)
        self.work.note_security(
            SecurityEvent.LOGIN_SUCCEEDED, reason="new session", user_id=user.id
        )
        return pair

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange an unused token for a new pair. A token used twice ends the whole log-in.

        Raises RefreshRefused, UserSuspended, TenantSuspended. A unit of its own commits the end of
        the log-in, so that the error that follows does not roll it back.
        """
        secret_hash = hash_secret(refresh_token)
        async with self.work.within(None) as work:
            pair = await SessionService(work)._rotate(secret_hash)
        if pair is None:
            self.work.note_security(SecurityEvent.REFRESH_REFUSED, reason="unknown, used or over")
            raise RefreshRefused
        return pair

    async def move(self, membership: Membership, refresh_token: str | None) -> TokenPair:
        """Move the actor's log-in to another tenant; this never creates a second log-in.

        With its refresh token, which is spent, the log-in moves for good. Without it, the answer
        is an access token that expires with the actor's. Raises RefreshRefused, UserSuspended,
        TenantSuspended.
        """
        session_id = self._own_session()
        if refresh_token is None:
            return await self._visit(membership)
        secret_hash = hash_secret(refresh_token)
        async with self.work.within(None) as work:
            pair = await SessionService(work)._rotate(secret_hash, Move(session_id, membership))
        if pair is None:
            raise RefreshRefused
        return pair

    async def check_own(self, refresh_token: str | None) -> None:
        """Check a token early, so that nothing is done before `move` would refuse it.

        Raises RefreshRefused.
        """
        if refresh_token is None:
            return
        session_id, secret_hash = self._own_session(), hash_secret(refresh_token)
        async with self.work.within(None) as work:
            is_good = await SessionService(work)._is_good(secret_hash, session_id)
        if not is_good:
            raise RefreshRefused

    async def end(self, refresh_token: str | None = None) -> None:
        """End the log-in that the access token or the refresh token belongs to.

        Either is enough, since an access token expires after minutes. Raises Unauthenticated.
        """
        found = refresh_token and await self.tokens.find_by_secret(hash_secret(refresh_token))
        if found:
            await self._end(found.session_id)
        else:
            self.work.require_signed_in()
        if self.work.actor.session_id is not None:
            await self._end(self.work.actor.session_id)

    async def list_own(self) -> Sequence[OpenSession]:
        """Return the actor's open log-ins, newest first."""
        user_id = self.work.require_user()
        rows = await self.sessions.list_open(user_id, clock.now(), limit=self._most)
        return [_open_session(row, self.work.actor.session_id) for row in rows]

    async def end_own(self, session_id: UUID) -> None:
        """End one of the actor's log-ins. Raises RowNotFound for another user's."""
        user = await self.users.get_for_update(self.work.require_user())
        session = await self.sessions.get_of(user.id, session_id)
        await self._end(session.id)

    async def end_others(self) -> None:
        """End all of the actor's log-ins but the current one."""
        user = await self.users.get_for_update(self.work.require_user())
        await self.end_all_of(user.id, but=self.work.actor.session_id)

    async def forget_expired(self) -> None:
        """Delete log-ins that ended more than `KEPT` ago, with their tokens, and unused links."""
        await self.sessions.forget_expired(clock.now() - KEPT)
        await OneTimeTokenRepository(self.work.session).forget_expired(clock.now() - KEPT)

    async def end_all_of(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """End all log-ins of a user, or all but one."""
        ended = await self.sessions.revoke_of_user(user_id, but=but, at=clock.now())
        self.work.revoke(Reason.SESSION, *ended)

    async def _rotate(self, secret_hash: str, move: Move | None = None) -> TokenPair | None:
        """Exchange a refresh token. Read everything first, then lock, check again and write.

        Reading may open units of other tenants, which must not happen while a row is locked.
        """
        token = await self.tokens.find_by_secret(secret_hash)
        if token is None or (move and token.session_id != move.session_id):
            return None
        if token.used_at is not None:
            await self._end_reused(token.session_id)
            return None
        session = await self.sessions.get(token.session_id)
        if _is_over(session):
            return None
        user = await self.users.get(session.user_id)
        try:
            membership = move.into if move else await self._membership(session)
        except NotAMember:
            await self._end(session.id)
            return None
        grant = await self._grant(user, membership)
        session = await self.sessions.get_for_update(session.id)
        if _is_over(session):
            return None
        # `spend` succeeds for one request only. Another one has used the token since it was read.
        if await self.tokens.spend(secret_hash, clock.now()) is None:
            await self._end_reused(session.id)
            return None
        tenant_id = membership.tenant_id if membership else None
        session = await self.sessions.change(session, last_used_at=clock.now(), tenant_id=tenant_id)
        return await self._issue(session, user, membership, grant)

    async def _is_good(self, secret_hash: str, session_id: UUID) -> bool:
        """True if the token is unused and of this log-in. A used one ends its log-in, as always."""
        found = await self.tokens.find_by_secret(secret_hash)
        if found is None or found.session_id != session_id:
            return False
        if found.used_at is not None:
            await self._end_reused(found.session_id)
        return found.used_at is None

    async def _end_reused(self, session_id: UUID) -> None:
        """End the log-in: one of the two who used the token is a thief, and either may be."""
        await self._warn_of_reuse(await self.sessions.get(session_id))
        await self._end(session_id)

    async def _warn_of_reuse(self, session: AuthSession) -> None:
        """Warn once: a log-in that has ended is no longer useful to a thief."""
        self.work.note_security(
            SecurityEvent.REFRESH_REUSED, reason="used before", user_id=session.user_id
        )
        if session.revoked_at is None:
            user = await self.users.get(session.user_id)
            text = REUSED.format(name=user.full_name)
            self.work.enqueue(send_mail, user.email, "One of your log-ins was ended", text)

    async def _warn_of_new_device(self, user: User) -> None:
        """Warn of an unknown browser or program. Versions and addresses change too often."""
        origin = self.work.origin
        device = kind_of_device(origin.header(b"user-agent") if origin else None)
        known = {kind_of_device(each) for each in await self.sessions.list_devices(user.id)}
        if device is None or not known - {None} or device in known:
            return
        self.work.note_security(
            SecurityEvent.LOGIN_NEW_DEVICE, reason="not seen before", user_id=user.id
        )
        when = clock.now().strftime("%d %B %Y, %H:%M UTC")
        text = NEW_DEVICE.format(name=user.full_name, when=when)
        self.work.enqueue(send_mail, user.email, "A new log-in to your account", text)

    async def _end_surplus(self, user_id: UUID) -> None:
        """End the oldest log-ins beyond the limit for one user."""
        ended = await self.sessions.revoke_oldest(user_id, keep=self._most, at=clock.now())
        self.work.revoke(Reason.SESSION, *ended)

    @property
    def _most(self) -> int:
        return self.work.runtime.settings.auth.sessions_per_user

    async def _end(self, session_id: UUID) -> None:
        await self.sessions.revoke(session_id, clock.now())
        self.work.revoke(Reason.SESSION, session_id)

    async def _membership(self, session: AuthSession) -> Membership | None:
        if session.tenant_id is None:
            return None
        members = MembershipService(self.work)
        return await members.in_tenant(session.tenant_id, session.user_id)

    async def _still(self, proven: User) -> User:
        """Return the user, locked, if the credentials have not changed since they were proved.

        Raises CredentialsChanged.
        """
        user = await self.users.get_for_share(proven.id)
        if user.credentials_version != proven.credentials_version:
            raise CredentialsChanged
        return user

    async def _issue(
        self, session: AuthSession, user: User, membership: Membership | None, grant: Grant | None
    ) -> TokenPair:
        secret = new_secret()
        await self.tokens.create(session_id=session.id, secret_hash=hash_secret(secret))
        tokens = self.work.runtime.tokens
        access = tokens.issue(_claims(session.id, user, membership, grant))
        return TokenPair(access, int(tokens.lifetime.total_seconds()), secret)

    async def _visit(self, membership: Membership) -> TokenPair:
        """Issue an access token for another tenant. Raises UserSuspended, TenantSuspended."""
        user = await self.users.get(self.work.require_user())
        grant = await self._grant(user, membership)
        claims = _claims(self._own_session(), user, membership, grant)
        tokens, until = self.work.runtime.tokens, self.work.actor.expires_at
        return TokenPair(tokens.issue(claims, until=until), tokens.seconds_left(until), None)

    def _own_session(self) -> UUID:
        """Raises Unauthenticated if the actor is not logged in as a user."""
        self.work.require_user()
        if self.work.actor.session_id is None:
            raise RefreshRefused
        return self.work.actor.session_id

    async def _grant(self, user: User, membership: Membership | None) -> Grant | None:
        """Return what the membership's role gives. Call it before the first write: it may read in
        a unit of the membership's tenant.

        Raises UserSuspended, TenantSuspended.
        """
        if user.suspended_at is not None:
            self.work.note_security(SecurityEvent.LOGIN_FAILED, reason="suspended", user_id=user.id)
            raise UserSuspended
        if membership is None:
            return None
        context = TenantContext(membership.tenant_id)
        if self.work.context == context:
            return await _open_grant(self.work, membership.role)
        async with self.work.within(context) as work:
            return await _open_grant(work, membership.role)


async def _open_grant(work: UnitOfWork, role: str) -> Grant:
    await TenantService(work).check_open()
    return await RoleService(work).grant_of(role)


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
    )


def _is_over(session: AuthSession) -> bool:
    return session.revoked_at is not None or session.expires_at < clock.now()


def _open_session(row: AuthSession, current: UUID | None) -> OpenSession:
    return OpenSession(
        id=row.id,
        user_agent=row.user_agent,
        address=row.address,
        tenant_id=row.tenant_id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        is_current=row.id == current,
    )


def kind_of_device(user_agent: str | None) -> str | None:
    """Return the user agent without versions, which an update of the browser changes."""
    return VERSIONS.sub("", user_agent[:200]) if user_agent else None


def _shortened(text: str | None) -> str | None:
    return plain(text)[:200] or None if text else None
