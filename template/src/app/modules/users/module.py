from app.core.module import Module
from app.core.permissions import Role

from .permissions import UserPermission
from .routes import auth, router

module = Module(
    name="users",
    routers=(auth, router),
    permissions={UserPermission.READ: Role.VIEWER},
)
