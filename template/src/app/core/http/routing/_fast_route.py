"""Run plain JSON endpoints without the work that FastAPI repeats for each request.

What a route needs is computed once. Every unusual route or request is left to FastAPI: other kinds
of parameters and dependencies, invalid input, overrides, telemetry. There is one difference: a
class used as a dependency is called directly and not in a thread, because a service's constructor
does not block.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.routing import APIRoute, serialize_response
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.http._body import read

from ._json import writer_of
from ._plan import Plan, Unsupported, plan_of
from ._strict_route import StrictRoute

JSON = b"application/json"


class FastRoute(StrictRoute):
    def complete(self) -> None:
        super().complete()
        plan = plan_of(self)
        self.is_fast = plan is not None
        if plan is not None:
            self.app = FastAnswer(self, plan, self.app)


class FastAnswer:
    def __init__(self, route: APIRoute, plan: Plan, stock: ASGIApp) -> None:
        self.plan = plan
        self.stock = stock
        self.endpoint: Callable[..., Awaitable[Any]] = route.endpoint
        self.overridden = route.dependency_overrides_provider
        self.status = route.status_code or 200
        self.field = route.response_field
        self.write = writer_of(route)
        self.shape: dict[str, Any] = {
            "field": route.response_field,
            "include": route.response_model_include,
            "exclude": route.response_model_exclude,
            "by_alias": route.response_model_by_alias,
            "exclude_unset": route.response_model_exclude_unset,
            "exclude_defaults": route.response_model_exclude_defaults,
            "exclude_none": route.response_model_exclude_none,
            "dump_json": True,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_watched(scope):
            return await self.stock(scope, receive, send)
        if self.plan.body is not None:
            receive = await read(receive)
        try:
            arguments = self.plan.arguments(scope, receive)
        except Unsupported:
            return await self.stock(scope, receive, send)
        arguments |= await self.plan.provided(Request(scope, receive, send))
        answer = await self.endpoint(**arguments)
        if isinstance(answer, Response):
            return await answer(scope, receive, send)
        await self._send(answer, send)

    async def _send(self, answer: Any, send: Send) -> None:
        headers = [(b"content-type", JSON)]
        content: bytes | None = b""
        if self.field is not None:
            content = self.write(answer)
            if content is None:
                content = await serialize_response(response_content=answer, **self.shape)
            headers.insert(0, (b"content-length", b"%d" % len(content)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _is_watched(self, scope: Scope) -> bool:
        provider = self.overridden
        overrides = provider is not None and provider.dependency_overrides
        return bool(overrides) or scope.get("fastapi.telemetry") is not None
