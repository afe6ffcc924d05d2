"""Create users for tests, each with a tenant of their own, so that tests never share rows."""

from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.auth import AccessClaims, Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock
from app.kit.ids import new_id
from app.modules.tenants import TenantService
from app.modules.users.repositories import AuthSessionRepository, User, UserRepository

PASSWORD = "correct horse battery staple"
# hash of PASSWORD, with the weak parameters of the tests' hasher
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$cN311MTF8AlHeYxMK1BoJA$61YcsPW2qfVfcKFI6WxnLNnrNjwOAKFSCdozU/o3bLQ"
)


@dataclass(frozen=True)
class Person:
    user_id: UUID
    email: str
    tenant_id: UUID
    actor: Actor
    token: str

    @property
    def context(self) -> TenantContext:
        return TenantContext(self.tenant_id)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def create_tenant(
    runtime: Runtime, name: str = "Acme", *, is_superuser: bool = False
) -> Person:
    """Create a tenant, and return its owner."""
    context = TenantContext(new_id())
    async with open_unit(runtime, Actor.system(context.tenant_id), context) as work:
        user = await _add_user(work, is_superuser=is_superuser)
        owner = await TenantService(work).create(name=name, owner_id=user.id)
    return await _signed_in(runtime, user, context, owner.id, Role.OWNER)


async def add_member(runtime: Runtime, employer: Person, role: Role) -> Person:
    """Add a member to the employer's tenant."""
    async with open_unit(runtime, Actor.system(employer.tenant_id), employer.context) as work:
        user = await _add_user(work)
        membership = await TenantService(work).memberships.create(user_id=user.id, role=role)
    return await _signed_in(runtime, user, employer.context, membership.id, role)


found_tenant, hire = create_tenant, add_member  # until 3.0


async def colleague(work: UnitOfWork) -> UUID:
    """Add a user to the current tenant, and return the id."""
    user = await _add_user(work)
    await TenantService(work).memberships.create(user_id=user.id, role=Role.MEMBER)
    return user.id


async def _add_user(work: UnitOfWork, *, is_superuser: bool = False) -> User:
    return await UserRepository(work.session).create(
        email=f"{new_id()}@example.com",
        full_name="Ada",
        password_hash=PASSWORD_HASH,
        is_superuser=is_superuser,
    )


async def _signed_in(
    runtime: Runtime, user: User, context: TenantContext, membership_id: UUID, role: Role
) -> Person:
    async with open_unit(runtime, Actor.system(), None) as work:
        session = await AuthSessionRepository(work.session).create(
            user_id=user.id,
            tenant_id=context.tenant_id,
            expires_at=clock.now().replace(year=9999),
        )
    claims = AccessClaims(
        user_id=user.id,
        session_id=session.id,
        tenant_id=context.tenant_id,
        membership_id=membership_id,
        role=role,
        is_superuser=user.is_superuser,
    )
    actor = Actor(
        user_id=user.id,
        tenant_id=context.tenant_id,
        membership_id=membership_id,
        session_id=session.id,
        role=role,
        permissions=runtime.permissions.of(role),
        is_superuser=user.is_superuser,
    )
    return Person(user.id, user.email, context.tenant_id, actor, _lasting_token(runtime, claims))


def _lasting_token(runtime: Runtime, claims: AccessClaims) -> str:
    """Issue a token that outlives the run: people of a whole session need theirs at its end too."""
    tokens = copy(runtime.tokens)
    tokens.lifetime = timedelta(days=1)
    return tokens.issue(claims)
