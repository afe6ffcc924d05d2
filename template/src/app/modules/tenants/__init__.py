"""Tenants, their members, roles and invitations."""

from .commands import tenant_commands
from .errors import InvitationInvalid, NotAMember, StillOwner, TenantSuspended, UnknownTimeZone
from .events import MemberJoined, MemberRemoved, TenantCreated, TenantDeleted
from .repositories import Membership, Tenant
from .services import (
    Grant,
    InvitationService,
    MembershipService,
    RoleService,
    Standing,
    TenantService,
)

__all__ = [
    "Grant",
    "InvitationInvalid",
    "InvitationService",
    "MemberJoined",
    "MemberRemoved",
    "Membership",
    "MembershipService",
    "NotAMember",
    "RoleService",
    "Standing",
    "StillOwner",
    "Tenant",
    "TenantCreated",
    "TenantDeleted",
    "TenantService",
    "TenantSuspended",
    "UnknownTimeZone",
    "tenant_commands",
]

TenantFounded = TenantCreated  # until 3.0
