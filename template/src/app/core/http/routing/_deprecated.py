"""Says in a response that what the request used is deprecated, and notes who still uses it."""

from typing import Any

import structlog
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.deprecation import Deprecated, deprecation_of, used

log = structlog.get_logger("app.deprecated")


def with_deprecation(route: APIRoute) -> None:
    """Wrap routes that are deprecated or take a deprecated field; no other route is slower."""
    whole = deprecation_of(route.endpoint)
    if whole is not None:
        route.deprecated = True
    if whole is not None or any(_has_deprecated(each) for each in _bodies(route)):
        route.app = DeprecatedAnswer(route.app, str(route.path_format), whole)


class DeprecatedAnswer:
    def __init__(self, app: ASGIApp, path: str, whole: Deprecated | None) -> None:
        self.app = app
        self.path = path
        self.whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        noted: dict[str, Deprecated] = {}
        token = used.set(noted)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = self.whole or next(iter(noted.values()), None)
                if found is not None:
                    self._note(scope, noted)
                    message["headers"] = [*message["headers"], *_raw(found)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            used.reset(token)

    def _note(self, scope: Scope, fields: dict[str, Deprecated]) -> None:
        """Log who: the tenant and the user are in each line's context, an API key is not."""
        actor = scope["state"]["actor"]
        names = sorted(fields)
        log.info(
            "deprecated.used",
            method=scope["method"],
            route=self.path,
            fields=names,
            api_key_id=actor.api_key_id,
        )
        if meter := scope["app"].state.runtime.observation.meter:
            for name in names or [""]:
                meter.note_deprecated(scope["method"], self.path, name)


def _raw(what: Deprecated) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in what.headers.items()]


def _bodies(route: APIRoute) -> list[Any]:
    return [
        field.field_info.annotation
        for field in (*route.dependant.body_params, *get_flat_params(route.dependant))
    ]


def _has_deprecated(model: Any) -> bool:
    return isinstance(model, type) and (
        issubclass(model, BaseModel)
        and any(
            isinstance(each, Deprecated)
            for info in model.model_fields.values()
            for each in info.metadata
        )
    )
