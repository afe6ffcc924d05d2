from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class TenantCreated(Event):
    name = "tenants.created"

    tenant_id: UUID


@dataclass(frozen=True)
class TenantDeleted(Event):
    """A tenant was deleted. It belongs to no tenant: when a subscriber runs, the rows are gone."""

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
