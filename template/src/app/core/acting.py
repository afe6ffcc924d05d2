"""Decide who may act for a tenant where nobody has logged in, and with which rights.

`UnitOfWork.acting_for` uses it, for a page for visitors or a webhook that comes in.
"""

from collections.abc import Iterable

from app.core.auth import Actor
from app.core.errors import Forbidden
from app.core.languages import message
from app.core.permissions import PUBLIC, PermissionRegistry
from app.core.work import Work
from app.database.tenancy import TenantContext

LOGGED_IN = message("This is for requests without a log-in.")


def visitor(
    tenant: TenantContext, permissions: Iterable[str], registry: PermissionRegistry
) -> Actor:
    """Return an actor with these permissions in the tenant, and nothing else.

    Raises ValueError for a permission that no module declares.
    """
    lent = frozenset(map(str, permissions))
    if unknown := lent - registry.known(lent):
        raise ValueError(f"no module declares {', '.join(sorted(unknown))}")
    return Actor(tenant_id=tenant.tenant_id, permissions=lent, is_visitor=True)


def check_acting(work: Work, tenant: TenantContext, guard: str | None) -> None:
    """Refuse what could give somebody rights in another tenant. Raises Forbidden.

    A route must be `@public`: then all its clients can do the same without a log-in, so those who
    have one gain nothing. Elsewhere there must be no person, and no other tenant.
    """
    if not isinstance(tenant, TenantContext):
        raise TypeError("acting_for takes the tenant as a TenantContext")
    if work.origin is not None:
        is_allowed = guard == PUBLIC
    else:
        is_allowed = work.actor.identity is None and work.context in (None, tenant)
    if not is_allowed:
        raise Forbidden(LOGGED_IN)
