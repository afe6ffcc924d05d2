from app.core.events import subscribe
from app.core.unit_of_work import UnitOfWork
from app.modules.tenants import TenantDeleted

from .services import FileService


@subscribe(TenantDeleted, name="files.forget_tenant")  # is stored; until 3.0
async def delete_tenant_objects(work: UnitOfWork, event: TenantDeleted) -> None:
    await FileService(work).delete_tenant_objects(event.tenant_id)
