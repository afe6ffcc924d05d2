from ._invitations import InvitationService
from ._letters import LETTERS
from ._lifecycle import TenantLifecycle
from ._memberships import MembershipService, Standing
from ._roles import Grant, RoleService
from ._tenants import TenantService

__all__ = [
    "LETTERS",
    "Grant",
    "InvitationService",
    "MembershipService",
    "RoleService",
    "Standing",
    "TenantLifecycle",
    "TenantService",
]
