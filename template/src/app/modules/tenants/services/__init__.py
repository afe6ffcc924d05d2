from ._invitations import InvitationService
from ._letters import LETTERS
from ._memberships import MembershipService
from ._tenants import TenantService

__all__ = ["LETTERS", "InvitationService", "MembershipService", "TenantService"]
