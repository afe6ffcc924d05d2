"""Warns users of log-ins that may not be their own."""

import re

from app.core.security_events import SecurityEvent
from app.core.unit_of_work import UnitOfWork
from app.kit import clock

from ..mails import LOG_IN_ENDED, NEW_DEVICE
from ..repositories import AuthSession, AuthSessionRepository, User, UserRepository
from ._email_jobs import notify

VERSIONS = re.compile(r"[0-9._]+")


async def warn_of_reuse(work: UnitOfWork, session: AuthSession) -> None:
    """Warn once: a log-in that has ended is no longer useful to a thief."""
    work.note_security(SecurityEvent.REFRESH_REUSED, reason="used before", user_id=session.user_id)
    if session.revoked_at is None:
        user = await UserRepository(work.session).get(session.user_id)
        notify(work, user, LOG_IN_ENDED)


async def warn_of_new_device(work: UnitOfWork, user: User) -> None:
    """Warn of an unknown browser or program. Versions and addresses change too often."""
    origin = work.origin
    sessions = AuthSessionRepository(work.session)
    device = kind_of_device(origin.header(b"user-agent") if origin else None)
    known = {kind_of_device(each) for each in await sessions.list_devices(user.id)}
    if device is None or not known - {None} or device in known:
        return
    work.note_security(SecurityEvent.LOGIN_NEW_DEVICE, reason="not seen before", user_id=user.id)
    notify(work, user, NEW_DEVICE, when=clock.now().isoformat())


def kind_of_device(user_agent: str | None) -> str | None:
    """Return the user agent without versions, which an update of the browser changes."""
    return VERSIONS.sub("", user_agent[:200]) if user_agent else None
