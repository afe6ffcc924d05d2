from ._email_jobs import EMAIL_JOBS
from ._invitations import InvitationService
from ._lifecycle import TenantLifecycle
from ._memberships import MembershipService, Standing, export_membership_of
from ._roles import Grant, RoleService
from ._tenants import TenantService

__all__ = [
    "EMAIL_JOBS",
    "Grant",
    "InvitationService",
    "MembershipService",
    "RoleService",
    "Standing",
    "TenantLifecycle",
    "TenantService",
    "export_membership_of",
]
