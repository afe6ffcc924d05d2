"""One unit of work per request, committed before the response is sent."""

from anyio import CancelScope
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.auth import ANONYMOUS, SAFE_METHODS
from app.core.errors import SupportIsReadOnly
from app.core.http.problems import problem_response
from app.core.origin import Origin
from app.core.permissions import PUBLIC, guard_of, may_end_support
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork


class GuardMissing(Exception):
    """A route responded although nothing required the permission it declares."""


class TransactionMiddleware:
    def __init__(self, app: ASGIApp, *, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        state = scope["state"]
        if state["actor"].is_read_only and scope["method"] not in SAFE_METHODS:
            _end_support(scope)
        work = UnitOfWork(
            self.runtime,
            state["actor"],
            state["tenant"],
            trace_id=state.get("trace_id"),
            origin=Origin(scope.get("client"), scope["headers"]),
            guard=lambda: guard_of(scope.get("endpoint")),
        )
        state["work"] = work
        try:
            await self.app(scope, receive, Answer(work, scope, receive, send))
        finally:
            if work.is_open:
                # The rollback must run even if the request was cancelled, or the connection is
                # lost.
                with CancelScope(shield=True):
                    await work.close()
            # `work` refers to the scope. Without this circle it is freed here, and not by the
            # garbage collector, which stops every request for milliseconds.
            del state["work"]


def _end_support(scope: Scope) -> None:
    """Go on without an actor, to the end of the support. Raises SupportIsReadOnly."""
    matched = (route.matches(scope) for route in scope["app"].routes)
    found = (child.get("endpoint") for match, child in matched if match is Match.FULL)
    if not may_end_support(next(found, None)):
        raise SupportIsReadOnly
    state = scope["state"]
    state["support"], state["actor"], state["tenant"] = state["actor"], ANONYMOUS, None


class Answer:
    """Commits before a successful response; sends a problem response if the commit fails."""

    def __init__(self, work: UnitOfWork, scope: Scope, receive: Receive, send: Send) -> None:
        self.work = work
        self.scope = scope
        self.receive = receive
        self.send = send
        self.failed = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            try:
                await self._commit()
            except Exception as error:
                self.failed = True
                problem = problem_response(self.scope, error)
                await problem(self.scope, self.receive, self.send)
        if not self.failed:
            await self.send(message)

    async def _commit(self) -> None:
        guard = guard_of(self.scope.get("endpoint"))
        if guard != PUBLIC and guard not in self.work.required and _is_ours(self.scope):
            raise GuardMissing(f"{self.scope['path']} declares {guard}, which nothing required")
        await self.work.commit()


def _is_ours(scope: Scope) -> bool:
    """True for API routes; FastAPI's own pages and redirects have no guard."""
    return "endpoint" in scope and str(scope["path"]).startswith("/api/")
