from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class TenantFounded(Event):
    name = "tenants.founded"

    tenant_id: UUID


@dataclass(frozen=True)
class TenantDeleted(Event):
    """Belongs to the house: the tenant's rows are gone when a subscriber hears of it."""

    name = "tenants.deleted"
    without_tenant = True

    tenant_id: UUID


@dataclass(frozen=True)
class MemberJoined(Event):
    name = "tenants.member_joined"

    membership_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class MemberRemoved(Event):
    name = "tenants.member_removed"

    membership_id: UUID
    user_id: UUID
