from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.core.auth import Actor, Reason
from app.core.export import export_rows
from app.core.permissions import Role
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.ids import new_id
from app.kit.rows import Rows

from ..events import TenantDeleted
from ..repositories import Tenant, TenantRepository
from ._invitations import InvitationService
from ._tenants import TenantService


class TenantLifecycle:
    """Lets superusers create, suspend, resume, export and delete tenants.

    Each act writes an audit entry.
    Raises Unauthenticated or Forbidden for all other actors.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(self, *, limit: int, cursor: str | None) -> Rows[Tenant]:
        async with self._across_tenants("list the tenants") as work:
            return await TenantRepository(work.session).list(limit=limit, cursor=cursor)

    async def create(self, *, name: str, owner_email: str) -> Tenant:
        """Create a tenant for somebody else, and mail its owner an invitation."""
        tenant = TenantContext(new_id())
        system = Actor.system(tenant.tenant_id)
        async with (
            self._across_tenants(f"create tenant {tenant.tenant_id}"),
            self.work.within(tenant, actor=system) as work,
        ):
            created = await TenantService(work).create_without_owner(name=name)
            await InvitationService(work).invite(email=owner_email, role=Role.OWNER)
        return created

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

    async def export(self, tenant_id: UUID) -> AsyncIterator[bytes]:
        """Stream all rows of the tenant, one JSON object a line. Raises RowNotFound.

        They are read in a transaction of their own: the request's ends before the first line.
        """
        async with self._across_tenants(f"export tenant {tenant_id}") as work:
            await TenantRepository(work.session).get(tenant_id)
        return export_rows(self.work.runtime.database, TenantContext(tenant_id))

    async def delete(self, tenant_id: UUID) -> None:
        """Delete it with its rows, sessions, jobs, events and cached values. Raises RowNotFound."""
        async with self._across_tenants(f"delete tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            await tenants.delete(await tenants.get_for_update(tenant_id))
            work.revoke(Reason.TENANT, tenant_id)
            work.cache.invalidate_tenant(TenantContext(tenant_id))
            work.publish(TenantDeleted(tenant_id))

    def _across_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)
