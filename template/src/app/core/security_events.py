"""Security events of log-ins, for logs and metrics.

Their names are an interface that alerts rely on. docs/auth.md lists them.
"""

from enum import StrEnum
from uuid import UUID

import structlog

from app.core.observability import Observation

log = structlog.get_logger("app.security")


class SecurityEvent(StrEnum):
    """Failures are recorded at once, successful actions after the commit."""

    LOGIN_SUCCEEDED = "login.succeeded"
    LOGIN_NEW_DEVICE = "login.new_device"
    LOGIN_FAILED = "login.failed"
    PASSWORD_REFUSED = "password.refused"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    PASSWORD_RESET = "password.reset"  # noqa: S105
    ACCOUNT_LOCKED = "account.locked"
    EMAIL_CHANGED = "email.changed"
    LINK_REFUSED = "link.refused"
    REFRESH_REFUSED = "refresh.refused"
    REFRESH_REUSED = "refresh.reused"
    ACCOUNT_DELETED = "account.deleted"
    SECOND_FACTOR_REFUSED = "second_factor.refused"
    SECOND_FACTOR_LOCKED = "second_factor.locked"
    SECOND_FACTOR_ADDED = "second_factor.added"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    API_KEY_REFUSED = "api_key.refused"

    @property
    def is_done(self) -> bool:
        """True if the event is an action, which a rollback would undo."""
        return self.endswith(DONE)


DONE = (
    ".succeeded",
    ".new_device",
    ".changed",
    ".reset",
    ".added",
    ".removed",
    ".deleted",
    ".reused",
)


def record(
    observation: Observation,
    event: SecurityEvent,
    *,
    reason: str,
    user_id: UUID | None = None,
    address: str | None = None,
) -> None:
    """Log and count an event. `reason` is one of a few fixed words: each is a metric's label."""
    write = log.info if event.is_done and event not in ALARMING else log.warning
    write(event.value, user_id=user_id, address=address, reason=reason)
    if observation.meter:
        observation.meter.note_security_event(event.value, reason)


ALARMING = {SecurityEvent.LOGIN_NEW_DEVICE, SecurityEvent.REFRESH_REUSED}
