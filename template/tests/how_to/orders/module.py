from app.core.module import Module
from app.core.permissions import Role

from .permissions import OrderPermission
from .routes import router
from .seeds import seed

module = Module(
    name="orders",
    routers=(router,),
    permissions={
        OrderPermission.READ: Role.VIEWER,
        OrderPermission.CREATE: Role.MEMBER,
        OrderPermission.CHANGE: Role.MEMBER,
        OrderPermission.DELETE: Role.MEMBER,
    },
    seed=seed,
)
