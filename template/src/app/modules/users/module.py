from app.core.module import Module
from app.core.permissions import Role

from .jobs import JOBS
from .permissions import UserPermission
from .routes import routers
from .services import LETTERS

module = Module(
    name="users",
    uses=("tenants",),
    routers=routers,
    jobs=(*LETTERS, *JOBS),
    permissions={UserPermission.READ: Role.VIEWER},
)
