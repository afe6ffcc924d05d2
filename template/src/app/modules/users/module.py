from app.core.module import Module
from app.core.permissions import Role

from .permissions import UserPermission
from .routes import routers

module = Module(
    name="users",
    routers=routers,
    permissions={UserPermission.READ: Role.VIEWER},
)
