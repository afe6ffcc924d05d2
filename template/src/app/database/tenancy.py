"""The context of a session: a tenant, a user or neither. It never changes."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

TENANT_SETTING = "app.tenant_id"
PERSON_SETTING = "app.user_id"


@dataclass(frozen=True, slots=True)
class TenantContext:
    """A session for one tenant: it sees this tenant's rows only."""

    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class PersonContext:
    """A session for one user before a tenant is chosen: it sees the user's own memberships only."""

    user_id: UUID


Context: TypeAlias = TenantContext | PersonContext | None


def setting_of(context: Context) -> tuple[str, UUID] | None:
    """Return the name and value of the setting that row security reads."""
    match context:
        case TenantContext(tenant_id):
            return TENANT_SETTING, tenant_id
        case PersonContext(user_id):
            return PERSON_SETTING, user_id
        case None:
            return None


class TenantContextRequired(Exception):
    """A session without a tenant used a tenant's table."""


class TenantMismatch(Exception):
    """A row of one tenant was about to be read or written for another tenant."""


class RawSqlRefused(Exception):
    """SQL that the session cannot filter was run without `raw_sql="the reason"`."""
