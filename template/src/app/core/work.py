"""The circumstances of one request, job or command: what core's services need to know of them.

`UnitOfWork` adds the verbs that a module's services use, and commits.
"""

from collections.abc import Awaitable, Callable

from app.core.auth import Actor
from app.core.origin import Origin
from app.database.session import TenantSession
from app.database.tenancy import Context, TenantContext, TenantContextRequired


class Work:
    """One session, the actor and the tenant it works for, and the trace it belongs to."""

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
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    @property
    def tenant(self) -> TenantContext:
        """The context, for work that has a tenant. Raises TenantContextRequired."""
        if not isinstance(self.context, TenantContext):
            raise TenantContextRequired("this unit of work has no tenant")
        return self.context

    def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call it once the transaction is committed, and never if it is not."""
        self._after_commit.append(callback)
