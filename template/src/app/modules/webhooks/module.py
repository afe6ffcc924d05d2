from app.core.module import Module
from app.core.permissions import Role

from .permissions import WebhookPermission
from .routes import deliveries_router, endpoints_router
from .services import DELIVERY_JOBS
from .settings import WebhookSettings
from .subscribers import fan_out

module = Module(
    name="webhooks",
    routers=(endpoints_router, deliveries_router),
    permissions={
        WebhookPermission.READ: Role.ADMIN,
        WebhookPermission.MANAGE: Role.ADMIN,
    },
    subscribers=(fan_out,),
    jobs=DELIVERY_JOBS,
    slots={"webhooks": 7},
    settings=WebhookSettings,
)
