from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData

from .permissions import FilePermission
from .routes import router
from .services import FILE_JOBS, export_files_of
from .settings import FileSettings
from .subscribers import delete_tenant_objects

module = Module(
    name="files",
    uses=("tenants",),
    routers=(router,),
    personal_data=PersonalData(in_tenant=export_files_of),
    permissions={
        FilePermission.READ: Role.VIEWER,
        FilePermission.CREATE: Role.MEMBER,
        FilePermission.DELETE: Role.MEMBER,
    },
    subscribers=(delete_tenant_objects,),
    jobs=FILE_JOBS,
    settings=FileSettings,
)
