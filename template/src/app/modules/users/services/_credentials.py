from typing import Any
from uuid import UUID

from app.core.auth import Reason
from app.core.errors import InvalidToken
from app.core.unit_of_work import CurrentWork

from ..errors import CredentialsChanged
from ..repositories import AuthSessionRepository, User, UserRepository
from ._sessions import SessionService


class CredentialService:
    """What proves to be a user, and how it ends.

    A check and its act see the same row: who has proved a password, a code or an account elsewhere
    holds the user's row before she acts on it. The version tells whether the proof still counts.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.sessions = AuthSessionRepository(work.session)

    async def hold(self, proven: User) -> User:
        """The user as she is now, locked. Raises CredentialsChanged, InvalidToken."""
        user = await self.users.get_for_update(proven.id)
        if user.credentials_version != proven.credentials_version:
            raise CredentialsChanged
        await self._check_log_in(user)
        return user

    async def hold_own(self) -> User:
        """The actor, locked, while her log-in lasts. Raises InvalidToken."""
        user = await self.users.get_for_update(self.work.require_user())
        await self._check_log_in(user)
        return user

    async def renew(self, user: User, *, keep: UUID | None = None, **changes: Any) -> User:
        """Ends all that the credentials up to now have proved: log-ins but `keep`, challenges,
        links in letters, log-ins under way. For a user who is held.
        """
        version = user.credentials_version + 1
        renewed = await self.users.change(user, credentials_version=version, **changes)
        await SessionService(self.work).end_all_of(user.id, but=keep)
        return renewed

    async def _check_log_in(self, user: User) -> None:
        """It may have ended since the request began. Who ends log-ins holds the user's row too."""
        actor = self.work.actor
        if actor.user_id != user.id or actor.session_id is None:
            return
        session = await self.sessions.find(actor.session_id)
        if session is None or session.revoked_at is not None:
            raise InvalidToken(Reason.SESSION.sentence)
