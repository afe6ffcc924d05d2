"""The context of one request, job or command, as far as core's services need it.

`UnitOfWork` adds the verbs that a module's services use, and the commit.
"""

from collections.abc import Awaitable, Callable

from app.core.auth import Actor
from app.core.origin import Origin
from app.database.session import TenantSession
from app.database.tenancy import Context, TenantContext, TenantContextRequired


class Work:
    """One session, the actor and the tenant it acts for, and the trace it belongs to."""

    def __init__(
        self,
        session: TenantSession,
        actor: Actor,
        context: Context,
        *,
        trace_id: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.session = session
        self.actor = actor
        self.context = context
        self.trace_id = trace_id
        self.origin = origin
        self.numbers_at_once = 1
        """How many numbers of a counter one statement takes: core/counters.py."""
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    @property
    def tenant(self) -> TenantContext:
        """The tenant's context. Raises TenantContextRequired for work without a tenant."""
        if not isinstance(self.context, TenantContext):
            raise TenantContextRequired("this unit of work has no tenant")
        return self.context

    def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Register a callback that runs after the commit, and never after a rollback."""
        self._after_commit.append(callback)
