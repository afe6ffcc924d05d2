from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData

from .permissions import NotificationPermission
from .routes import router
from .services import NOTIFICATION_JOBS, export_notifications_of
from .settings import NotificationSettings
from .subscribers import delete_for_removed_member

module = Module(
    name="notifications",
    uses=("tenants", "users"),
    routers=(router,),
    personal_data=PersonalData(in_tenant=export_notifications_of),
    permissions={NotificationPermission.READ: Role.VIEWER},
    subscribers=(delete_for_removed_member,),
    jobs=NOTIFICATION_JOBS,
    settings=NotificationSettings,
)
