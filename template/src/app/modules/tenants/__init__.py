"""Tenants, who works in them, and how people come in."""

from .errors import NotAMember, TenantSuspended
from .events import MemberJoined, MemberRemoved, TenantDeleted, TenantFounded
from .repositories import Membership, Tenant
from .services import InvitationService, MembershipService, TenantService

__all__ = [
    "InvitationService",
    "MemberJoined",
    "MemberRemoved",
    "Membership",
    "MembershipService",
    "NotAMember",
    "Tenant",
    "TenantDeleted",
    "TenantFounded",
    "TenantService",
    "TenantSuspended",
]
