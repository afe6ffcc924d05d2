from app.core.module import Module
from app.core.permissions import Role

from .permissions import AuditPermission
from .routes import router

module = Module(
    name="audit",
    routers=(router,),
    permissions={AuditPermission.READ: Role.ADMIN},
)
