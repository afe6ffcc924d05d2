"""For whom a session works. Given when it is opened, never changed."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

TENANT_SETTING = "app.tenant_id"
PERSON_SETTING = "app.user_id"


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Works for one tenant: its rows and no others."""

    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class PersonContext:
    """Works for one person before a tenant is chosen: her own memberships and nothing else."""

    user_id: UUID


Context: TypeAlias = TenantContext | PersonContext | None


def setting_of(context: Context) -> tuple[str, UUID] | None:
    """What row security looks at, and its value."""
    match context:
        case TenantContext(tenant_id):
            return TENANT_SETTING, tenant_id
        case PersonContext(user_id):
            return PERSON_SETTING, user_id
        case None:
            return None


class TenantContextRequired(Exception):
    """A tenant's table was reached by a session that works for no tenant."""


class TenantMismatch(Exception):
    """A row of one tenant was about to be read or written for another."""


class RawSqlRefused(Exception):
    """SQL that the session cannot narrow was run without `raw_sql="the reason"`."""
