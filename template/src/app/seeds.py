"""Demo data for development: two tenants with users, and some rows of each module.

Yours to change: updates never overwrite this file.
"""

from dataclasses import dataclass

from app.core.auth import ANONYMOUS, Actor
from app.core.module import Module
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import open_unit
from app.modules.users import AuthService, EmailTaken

PASSWORD = "correct horse battery staple"  # noqa: S105 - known on purpose, for development only


@dataclass(frozen=True)
class DemoTenant:
    name: str
    owner: str
    email: str


TENANTS = (
    DemoTenant("Acme", "Ada Lovelace", "ada@acme.example.com"),
    DemoTenant("Globex", "Grace Hopper", "grace@globex.example.com"),
)


async def seed(runtime: Runtime, modules: tuple[Module, ...]) -> list[DemoTenant]:
    """Create the tenants that do not exist yet, with their rows, and return them."""
    return [tenant for tenant in TENANTS if await _seed(tenant, runtime, modules)]


async def _seed(tenant: DemoTenant, runtime: Runtime, modules: tuple[Module, ...]) -> bool:
    context = await _create(tenant, runtime)
    if context is None:
        return False
    for module in modules:
        if module.seed is not None:
            actor = Actor.system(context.tenant_id)
            async with open_unit(runtime, actor, context) as work:
                await module.seed(work)
    return True


async def _create(tenant: DemoTenant, runtime: Runtime) -> TenantContext | None:
    async with open_unit(runtime, ANONYMOUS, None) as work:
        try:
            pair = await AuthService(work).register(
                email=tenant.email,
                password=PASSWORD,
                full_name=tenant.owner,
                tenant_name=tenant.name,
            )
        except EmailTaken:
            return None
    tenant_id = runtime.tokens.read(pair.access_token).tenant_id
    return TenantContext(tenant_id) if tenant_id else None
