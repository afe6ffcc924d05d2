from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.core.auth import Reason
from app.core.permissions import Role
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows

from ..errors import TenantSuspended
from ..events import TenantDeleted, TenantFounded
from ..permissions import TenantPermission
from ..repositories import Membership, MembershipRepository, Tenant, TenantRepository


class TenantService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tenants = TenantRepository(work.session)
        self.memberships = MembershipRepository(work.session)

    async def found(self, *, name: str, owner_id: UUID) -> Membership:
        """The owner's membership in the new tenant, which bears the id of this unit's context."""
        tenant = await self.tenants.create(id=self.work.tenant.tenant_id, name=name)
        owner = await self.memberships.create(user_id=owner_id, role=Role.OWNER)
        self.work.publish(TenantFounded(tenant.id))
        return owner

    async def current(self) -> Tenant:
        self.work.require(TenantPermission.READ)
        return self.work.tag(await self._own())

    async def rename(self, *, name: str) -> Tenant:
        self.work.require(TenantPermission.CHANGE)
        before = await self._own()
        await self.work.match(before)
        after = await self.tenants.change(before, name=name)
        self.work.audit("tenants.renamed", before=before, after=after)
        return self.work.tag(after)

    async def delete(self) -> None:
        """With all its rows: every tenant's table refers to it ON DELETE CASCADE."""
        self.work.require(TenantPermission.DELETE)
        await self.tenants.delete(await self._own())
        self.work.revoke(Reason.TENANT, self.work.tenant.tenant_id)
        self.work.publish(TenantDeleted(self.work.tenant.tenant_id))

    async def check_open(self) -> None:
        """Raises TenantSuspended."""
        if not await self.is_open():
            raise TenantSuspended

    async def is_open(self) -> bool:
        return not (await self._own()).is_suspended

    async def list_all(self, *, limit: int, cursor: str | None) -> Rows[Tenant]:
        async with self._all_tenants("list the tenants") as work:
            return await TenantRepository(work.session).list(limit=limit, cursor=cursor)

    async def suspend(self, tenant_id: UUID) -> Tenant:
        async with self._all_tenants(f"suspend tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            tenant = await tenants.get(tenant_id)
            work.revoke(Reason.TENANT, tenant_id)
            return await tenants.change(tenant, suspended_at=tenant.suspended_at or clock.now())

    async def resume(self, tenant_id: UUID) -> Tenant:
        async with self._all_tenants(f"resume tenant {tenant_id}") as work:
            tenants = TenantRepository(work.session)
            work.lift_revocation(tenant_id)
            return await tenants.change(await tenants.get(tenant_id), suspended_at=None)

    async def _own(self) -> Tenant:
        return await self.tenants.get(self.work.tenant.tenant_id)

    def _all_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)
