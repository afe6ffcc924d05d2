from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData

from .permissions import AuditPermission
from .routes import router
from .services import export_acts_of

module = Module(
    name="audit",
    routers=(router,),
    personal_data=PersonalData(in_tenant=export_acts_of),
    permissions={AuditPermission.READ: Role.ADMIN},
)
