"""What an access token says about the user who holds it."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """A role of the tenant's own brings its `permissions`, as the grant `grant_id` gave them."""

    user_id: UUID
    session_id: UUID
    tenant_id: UUID | None = None
    membership_id: UUID | None = None
    role: str | None = None
    grant_id: UUID | None = None
    permissions: frozenset[str] | None = None
    is_superuser: bool = False
    expires_at: int | None = field(default=None, compare=False)
    """Seconds since the epoch, where the claims were read from a token."""

    @property
    def ids(self) -> tuple[UUID | None, ...]:
        """All that may be revoked before the token expires."""
        return (self.session_id, self.membership_id, self.user_id, self.tenant_id, self.grant_id)
