"""The claims of an access token."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """The user, session and tenant that a token names.

    A custom role carries its `permissions`, as granted by `grant_id`.
    """

    user_id: UUID
    session_id: UUID
    tenant_id: UUID | None = None
    membership_id: UUID | None = None
    role: str | None = None
    grant_id: UUID | None = None
    permissions: frozenset[str] | None = None
    is_superuser: bool = False
    language: str | None = None
    supported_by: UUID | None = None
    """The superuser who sees what the user sees, and may change nothing."""
    support_session: UUID | None = None
    """The superuser's own log-in, whose end ends the support."""
    expires_at: int | None = field(default=None, compare=False)
    """Seconds since the epoch; None unless the claims were read from a token."""

    @property
    def ids(self) -> tuple[UUID | None, ...]:
        """The ids whose revocation ends the token early."""
        own = (self.session_id, self.membership_id, self.user_id, self.tenant_id, self.grant_id)
        return own if self.supported_by is None else (*own, self.supported_by, self.support_session)
