from app.core.module import Module
from app.core.permissions import Role

from .permissions import WidgetPermission
from .routes import router
from .seeds import seed

module = Module(
    name="widgets",
    routers=(router,),
    permissions={
        WidgetPermission.READ: Role.VIEWER,
        WidgetPermission.CREATE: Role.MEMBER,
        WidgetPermission.CHANGE: Role.MEMBER,
        WidgetPermission.DELETE: Role.MEMBER,
    },
    seed=seed,
)
