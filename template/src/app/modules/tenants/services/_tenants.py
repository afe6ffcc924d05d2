from uuid import UUID

from app.core.auth import Reason
from app.core.permissions import Role
from app.core.unit_of_work import CurrentWork

from ..errors import TenantSuspended
from ..events import TenantCreated, TenantDeleted
from ..permissions import TenantPermission
from ..repositories import Membership, MembershipRepository, Tenant, TenantRepository


class TenantService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tenants = TenantRepository(work.session)
        self.memberships = MembershipRepository(work.session)

    async def create(self, *, name: str, owner_id: UUID) -> Membership:
        """Create the tenant of this unit's context, and return its owner's membership."""
        tenant = await self.tenants.create(id=self.work.tenant.tenant_id, name=name)
        owner = await self.memberships.create(user_id=owner_id, role=Role.OWNER)
        self.work.publish(TenantCreated(tenant.id))
        return owner

    found = create  # until 3.0

    async def current(self) -> Tenant:
        self.work.require(TenantPermission.READ)
        return self.work.set_etag(await self._own())

    async def rename(self, *, name: str) -> Tenant:
        self.work.require(TenantPermission.CHANGE)
        before = await self._own()
        await self.work.check_if_match(before)
        after = await self.tenants.change(before, name=name)
        self.work.audit("tenants.renamed", before=before, after=after)
        return self.work.set_etag(after)

    async def delete(self) -> None:
        """Delete it with all its rows: each tenant's table refers to it ON DELETE CASCADE."""
        self.work.require(TenantPermission.DELETE)
        await self.tenants.delete(await self._own())
        self.work.revoke(Reason.TENANT, self.work.tenant.tenant_id)
        self.work.cache.invalidate_tenant(self.work.tenant)
        self.work.publish(TenantDeleted(self.work.tenant.tenant_id))

    async def check_open(self) -> None:
        """Raises TenantSuspended."""
        if not await self.is_open():
            raise TenantSuspended

    async def is_open(self) -> bool:
        return not (await self._own()).is_suspended

    async def _own(self) -> Tenant:
        return await self.tenants.get(self.work.tenant.tenant_id)
