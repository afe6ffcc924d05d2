from app.core.module import Module
from app.core.permissions import Role

from .permissions import MemberPermission, RolePermission, TenantPermission
from .routes import admin, roles, router
from .services import LETTERS
from .settings import TenantSettings

module = Module(
    name="tenants",
    routers=(router, roles, admin),
    jobs=LETTERS,
    settings=TenantSettings,
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
