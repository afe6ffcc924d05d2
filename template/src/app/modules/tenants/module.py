from app.core.module import Module
from app.core.permissions import Role

from .permissions import MemberPermission, TenantPermission
from .routes import admin, router
from .services import LETTERS

module = Module(
    name="tenants",
    routers=(router, admin),
    jobs=LETTERS,
    permissions={
        TenantPermission.READ: Role.VIEWER,
        TenantPermission.CHANGE: Role.ADMIN,
        TenantPermission.DELETE: Role.OWNER,
        MemberPermission.READ: Role.VIEWER,
        MemberPermission.INVITE: Role.ADMIN,
        MemberPermission.CHANGE: Role.ADMIN,
        MemberPermission.REMOVE: Role.ADMIN,
    },
)
