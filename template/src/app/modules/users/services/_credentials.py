from typing import Any
from uuid import UUID

from app.core.auth import Reason
from app.core.errors import InvalidToken
from app.core.unit_of_work import CurrentWork

from ..errors import CredentialsChanged
from ..repositories import AuthSessionRepository, User, UserRepository
from ._sessions import SessionService


class CredentialService:
    """Locks users for changes of their credentials, and ends what older credentials allowed.

    A check and the write after it must use the same row: code that has verified a password, a code
    or a provider account locks the user's row before it acts. The version says whether the proof
    still counts.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.sessions = AuthSessionRepository(work.session)

    async def lock(self, proven: User) -> User:
        """Return the user's current row, locked. Raises CredentialsChanged, InvalidToken."""
        user = await self.users.get_for_update(proven.id)
        if user.credentials_version != proven.credentials_version:
            raise CredentialsChanged
        await self._check_log_in(user)
        return user

    async def lock_own(self) -> User:
        """Return the actor's row, locked, if their log-in has not ended. Raises InvalidToken."""
        user = await self.users.get_for_update(self.work.require_user())
        await self._check_log_in(user)
        return user

    async def renew(self, user: User, *, keep: UUID | None = None, **changes: Any) -> User:
        """Raise the version of a locked user's credentials, and end all log-ins but `keep`.

        The new version invalidates challenges, links in e-mails and log-ins in progress.
        """
        version = user.credentials_version + 1
        renewed = await self.users.change(user, credentials_version=version, **changes)
        await SessionService(self.work).end_all_of(user.id, but=keep)
        return renewed

    async def _check_log_in(self, user: User) -> None:
        """Check the log-in again under the lock: it may have ended since the request began.

        Code that ends log-ins locks the user's row too, so the result holds until the commit.
        """
        actor = self.work.actor
        if actor.user_id != user.id or actor.session_id is None:
            return
        session = await self.sessions.find(actor.session_id)
        if session is None or session.revoked_at is not None:
            raise InvalidToken(Reason.SESSION.sentence)
