from ._invitations import InvitationService
from ._memberships import MembershipService
from ._tenants import TenantService

__all__ = ["InvitationService", "MembershipService", "TenantService"]
