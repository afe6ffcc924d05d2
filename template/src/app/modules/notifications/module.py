from app.core.module import Module
from app.core.permissions import Role

from .permissions import NotificationPermission
from .routes import router
from .services import NOTIFICATION_JOBS
from .settings import NotificationSettings
from .subscribers import delete_for_removed_member

module = Module(
    name="notifications",
    uses=("tenants", "users"),
    routers=(router,),
    permissions={NotificationPermission.READ: Role.VIEWER},
    subscribers=(delete_for_removed_member,),
    jobs=NOTIFICATION_JOBS,
    settings=NotificationSettings,
)
