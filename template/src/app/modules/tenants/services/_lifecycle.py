from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.core.auth import Reason
from app.core.export import export_rows
from app.core.jobs.operations import delete_jobs
from app.core.tenancy import TenantContext
from app.core.tenant_import import TenantFile, import_rows
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows

from ..events import TenantDeleted
from ..repositories import Tenant, TenantRepository


class TenantLifecycle:
    """Lets superusers suspend, resume, export and delete tenants. Each act writes an audit entry.

    Raises Unauthenticated or Forbidden for all other actors.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(self, *, limit: int, cursor: str | None) -> Rows[Tenant]:
        async with self._across_tenants("list the tenants") as work:
            return await TenantRepository(work.session).list(limit=limit, cursor=cursor)

    async def suspend(self, tenant_id: UUID) -> Tenant:
        """Refuse its users from the next request on, and skip its jobs. Raises RowNotFound."""
        async with self._across_tenants(f"suspend tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            tenant = await tenants.get_for_update(tenant_id)
            work.revoke(Reason.TENANT, tenant_id)
            return await tenants.change(tenant, suspended_at=tenant.suspended_at or clock.now())

    async def resume(self, tenant_id: UUID) -> Tenant:
        """Raises RowNotFound."""
        async with self._across_tenants(f"resume tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            work.lift_revocation(tenant_id)
            return await tenants.change(await tenants.get_for_update(tenant_id), suspended_at=None)

    async def export(self, tenant_id: UUID, *, with_accounts: bool = False) -> AsyncIterator[bytes]:
        """Stream all rows of the tenant, one JSON object a line. Raises RowNotFound.

        They are read in a transaction of their own: the request's ends before the first line.
        """
        async with self._across_tenants(f"export tenant {tenant_id}") as work:
            await TenantRepository(work.session).get(tenant_id)
        database, tenant = self.work.runtime.database, TenantContext(tenant_id)
        return export_rows(database, tenant, with_accounts=with_accounts)

    async def import_from(self, file: TenantFile) -> dict[str, int]:
        """Import an exported tenant with its ids; return the counts by table. Raises CannotImport.

        The rows have a transaction of their own, in which row security admits this tenant's only.
        """
        async with self._across_tenants(f"import tenant {file.tenant_id}") as work:
            counts = await import_rows(self.work.runtime.database, file)
            work.lift_revocation(file.tenant_id)  # it may have been deleted here a moment ago
        return counts

    async def delete(self, tenant_id: UUID) -> None:
        """Delete it with its rows, sessions, jobs, events and cached values. Raises RowNotFound."""
        async with self._across_tenants(f"delete tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            await tenants.delete(await tenants.get_for_update(tenant_id))
            await delete_jobs(work, tenant_id)
            work.revoke(Reason.TENANT, tenant_id)
            work.cache.invalidate_tenant(TenantContext(tenant_id))
            work.publish(TenantDeleted(tenant_id))

    def _across_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)
