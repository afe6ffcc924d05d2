"""Registers pages: each says who may see it, as routes of the API do."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import Forbidden
from app.core.limits import limited
from app.core.permissions import PUBLIC, SIGNED_IN, permission

from ._headers import secured
from ._log_in import PREFIX, asked_to_log_in
from ._visit import Visit

Handler = TypeVar("Handler", bound=Callable[[Visit], Awaitable[Response]])
Mark = Callable[[Any], Any]
SAFE = ("GET", "HEAD")


class Pages:
    """A router of pages. A page is a function that takes the visit and returns a response:

        pages = Pages()

        @pages.get("/members", MemberPermission.READ)
        async def show_members(visit: Visit) -> Response:
            return visit.page("members.html", rows=await …)

    Its service requires the permission too; the mark sends people to the log-in and keeps a form
    from being read by somebody who may not send it.
    """

    def __init__(self) -> None:
        self.router = APIRouter(prefix=PREFIX, include_in_schema=False)

    def get(
        self, path: str, guard: str = SIGNED_IN, *, limit: str = "", failures: bool = False
    ) -> Callable[[Handler], Handler]:
        return self.add(path, guard, ["GET"], limit=limit, failures=failures)

    def post(
        self,
        path: str,
        guard: str = SIGNED_IN,
        *,
        limit: str = "",
        failures: bool = False,
        mark: Mark | None = None,
    ) -> Callable[[Handler], Handler]:
        return self.add(path, guard, ["POST"], limit=limit, failures=failures, mark=mark)

    def add(
        self,
        path: str,
        guard: str,
        methods: list[str],
        *,
        limit: str = "",
        failures: bool = False,
        mark: Mark | None = None,
    ) -> Callable[[Handler], Handler]:
        """`limit` is that of `@limited`: pages that check a password or a code have "login".

        `mark` marks the route as something else too, such as `ends_support`.
        """

        def register(handler: Handler) -> Handler:
            @permission(guard)
            async def endpoint(request: Request) -> Response:
                return secured(await _respond(Visit(request), handler, guard))

            marked = limited(limit, failures=failures)(endpoint) if limit else endpoint
            marked = mark(marked) if mark else marked
            self.router.add_api_route(
                path,
                marked,
                methods=methods,
                name=f"console.{handler.__name__}",
            )
            return handler

        return register


async def _respond(
    visit: Visit, handler: Callable[[Visit], Awaitable[Response]], guard: str
) -> Response:
    """Raises Forbidden for forms of foreign pages, and for people whom the guard refuses."""
    request, jar = visit.request, visit.work.runtime.authenticator.cookies
    if request.method not in SAFE and not jar.from_own_page(request.scope):
        raise Forbidden("Forms are taken from the console's own pages only. Open the page again.")
    if guard == PUBLIC:
        return await handler(visit)
    if visit.actor.user_id is None:
        return asked_to_log_in(visit)
    visit.work.require_guard(guard)
    await visit.introduce()
    return await handler(visit)
