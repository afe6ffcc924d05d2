from app.core.module import Module
from app.core.permissions import Role

from .permissions import UserPermission
from .routes import routers
from .services import LETTERS

module = Module(
    name="users",
    routers=routers,
    jobs=LETTERS,
    permissions={UserPermission.READ: Role.VIEWER},
)
