"""The actor: the user, API key or system on whose behalf a request, job or command runs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.permissions import PermissionRegistry, Role

BUILT_IN = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    user_id: UUID | None = None
    tenant_id: UUID | None = None
    membership_id: UUID | None = None
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    made_by: UUID | None = None
    """The user who created the API key."""
    role: str | None = None
    permissions: frozenset[str] = frozenset()
    is_superuser: bool = False
    is_system: bool = False
    is_visitor: bool = False
    """True where nobody has logged in, and `acting_for` lends the permissions."""
    language: str | None = None
    """The person's language, or else the tenant's, as the token says it."""
    supported_by: UUID | None = None
    """The superuser who acts in support of the user: may read, and change nothing."""
    expires_at: int | None = None
    """The presented token expires then, in seconds since the epoch."""
    refusal: str | None = None
    """Says why the presented token was refused, as a sentence."""

    @classmethod
    def system(cls, tenant_id: UUID | None = None) -> "Actor":
        """The system acting for a tenant, for schedules and seeds. It has all permissions there."""
        return cls(tenant_id=tenant_id, is_system=True)

    @classmethod
    def operator(cls) -> "Actor":
        """The operator at the command line."""
        return cls(is_superuser=True, is_system=True)

    @property
    def is_known(self) -> bool:
        return self.user_id is not None or self.api_key_id is not None or self.is_system

    @property
    def is_read_only(self) -> bool:
        return self.supported_by is not None

    @property
    def identity(self) -> UUID | None:
        """The id of the user or API key; None for the system and for anonymous actors."""
        return self.user_id or self.api_key_id

    @property
    def person_id(self) -> UUID | None:
        """The user who acts, or who made the acting API key: one bucket for all keys of a user.

        In support it is the superuser: looking costs the member nothing.
        """
        return self.supported_by or self.user_id or self.made_by or self.api_key_id

    def may(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions

    def to_json(self) -> dict[str, Any]:
        """Serialise for the queue. Permissions are left out if they follow from a built-in role."""
        return {
            "user_id": str(self.user_id) if self.user_id else None,
            "tenant_id": str(self.tenant_id) if self.tenant_id else None,
            "membership_id": str(self.membership_id) if self.membership_id else None,
            "api_key_id": str(self.api_key_id) if self.api_key_id else None,
            "made_by": str(self.made_by) if self.made_by else None,
            "role": self.role,
            "permissions": None if self.role in BUILT_IN else sorted(self.permissions),
            "is_superuser": self.is_superuser,
            "is_system": self.is_system,
            "is_visitor": self.is_visitor,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], permissions: PermissionRegistry) -> "Actor":
        return cls(
            user_id=_uuid(data["user_id"]),
            tenant_id=_uuid(data["tenant_id"]),
            membership_id=_uuid(data["membership_id"]),
            api_key_id=_uuid(data.get("api_key_id")),
            made_by=_uuid(data.get("made_by")),
            role=data["role"],
            permissions=permissions.known(data.get("permissions") or ())
            | permissions.of(data["role"]),
            is_superuser=data["is_superuser"],
            is_system=data["is_system"],
            is_visitor=data.get("is_visitor", False),
        )


ANONYMOUS = Actor()


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
