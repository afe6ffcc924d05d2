from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.auth import Reason, hash_secret
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.kit.texts import plain
from app.modules.tenants import (
    Membership,
    MembershipService,
    NotAMember,
)

from ..errors import CredentialsChanged, RefreshRefused
from ..repositories import (
    AuthSession,
    AuthSessionRepository,
    OneTimeTokenRepository,
    RefreshTokenRepository,
    User,
    UserRepository,
)
from ._session_warnings import warn_of_new_device, warn_of_reuse
from ._token_pairs import TokenPair, TokenPairs

RETENTION = timedelta(days=30)


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
        self.pairs = TokenPairs(work)

    async def begin(self, proven: User, membership: Membership | None) -> TokenPair:
        """Begin a log-in in a tenant or in none, if the credentials of `proven` are still current.

        Raises CredentialsChanged, UserSuspended, TenantSuspended.
        """
        # `grant` may read in another unit of work, so it comes before the lock of `_still`: this
        # unit must not wait for a second connection while it holds a row.
        grant = await self.pairs.grant(proven, membership)
        user = await self._still(proven)
        lifetime = timedelta(days=self.work.runtime.settings.auth.refresh_days)
        origin = self.work.origin
        await warn_of_new_device(self.work, user)
        session = await self.sessions.create(
            user_id=user.id,
            tenant_id=membership.tenant_id if membership else None,
            user_agent=_shortened(origin.header(b"user-agent")) if origin else None,
            address=origin.address if origin else None,
            expires_at=clock.now() + lifetime,
        )
        await self._end_surplus(user.id)
        pair = await self.pairs.issue(session, user, membership, grant)
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
            user = await self.users.get(self.work.require_user())
            return await self.pairs.visit(session_id, user, membership)
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

    async def purge_expired(self) -> None:
        """Delete log-ins that ended more than `RETENTION` ago, their tokens, and unused links."""
        await self.sessions.purge_expired(clock.now() - RETENTION)
        await OneTimeTokenRepository(self.work.session).purge_expired(clock.now() - RETENTION)

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
        grant = await self.pairs.grant(user, membership)
        session = await self.sessions.get_for_update(session.id)
        if _is_over(session):
            return None
        # `spend` succeeds for one request only. Another one has used the token since it was read.
        if await self.tokens.spend(secret_hash, clock.now()) is None:
            await self._end_reused(session.id)
            return None
        tenant_id = membership.tenant_id if membership else None
        session = await self.sessions.change(session, last_used_at=clock.now(), tenant_id=tenant_id)
        return await self.pairs.issue(session, user, membership, grant)

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
        await warn_of_reuse(self.work, await self.sessions.get(session_id))
        await self._end(session_id)

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

    def _own_session(self) -> UUID:
        """Raises Unauthenticated if the actor is not logged in as a user."""
        self.work.require_user()
        if self.work.actor.session_id is None:
            raise RefreshRefused
        return self.work.actor.session_id


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


def _shortened(text: str | None) -> str | None:
    return plain(text)[:200] or None if text else None
