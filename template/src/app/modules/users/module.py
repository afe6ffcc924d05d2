from app.core.module import Module
from app.core.permissions import Role

from .jobs import JOBS
from .permissions import UserPermission
from .routes import pages, routers
from .services import EMAIL_JOBS

module = Module(
    name="users",
    uses=("tenants",),
    routers=routers,
    pages=pages,
    jobs=(*EMAIL_JOBS, *JOBS),
    permissions={UserPermission.READ: Role.VIEWER},
)
