from app.core.events import subscribe
from app.core.unit_of_work import UnitOfWork
from app.modules.tenants import TenantDeleted

from .services import FileService


@subscribe(TenantDeleted)
async def forget_tenant(work: UnitOfWork, event: TenantDeleted) -> None:
    await FileService(work).forget_tenant(event.tenant_id)
