from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData

from .mails import MAILS
from .permissions import MemberPermission, RolePermission, TenantPermission
from .routes import admin, roles, router
from .services import EMAIL_JOBS, export_membership_of
from .settings import TenantSettings

module = Module(
    name="tenants",
    routers=(router, roles, admin),
    tags={
        "tenants": "The tenant of the log-in, its members and invitations.",
        "roles": "Roles that a tenant makes besides the built-in ones.",
        "administration": "Users and tenants of the whole platform, for superusers.",
    },
    jobs=EMAIL_JOBS,
    mails=MAILS,
    settings=TenantSettings,
    personal_data=PersonalData(in_tenant=export_membership_of),
    permissions={
        TenantPermission.READ: Role.VIEWER,
        TenantPermission.CHANGE: Role.ADMIN,
        TenantPermission.DELETE: Role.OWNER,
        MemberPermission.READ: Role.VIEWER,
        MemberPermission.INVITE: Role.ADMIN,
        MemberPermission.CHANGE: Role.ADMIN,
        MemberPermission.REMOVE: Role.ADMIN,
        RolePermission.READ: Role.VIEWER,
        RolePermission.CREATE: Role.ADMIN,
        RolePermission.CHANGE: Role.ADMIN,
        RolePermission.DELETE: Role.ADMIN,
    },
)
