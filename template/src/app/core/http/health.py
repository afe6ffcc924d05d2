"""Liveness and readiness checks for load balancers and orchestrators."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.errors import Unavailable
from app.core.permissions import public

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[bool]]


class NotReady(Unavailable):
    """The server is not ready: the database does not respond, or migrations are missing."""


def health_routes(checks: Mapping[str, Check], *, timeout_seconds: float = 2) -> APIRouter:
    """Return the health routes. A check that raises or is not done in time counts as failed.

    Checks run one after the other: a request holds one connection at a time.
    """
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    @public
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/ready", responses={NotReady.status: {"description": NotReady.title}})
    @public
    async def ready() -> dict[str, str]:
        """Raises NotReady."""
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        failed = [
            name for name, check in checks.items() if not await _passes(name, check, deadline)
        ]
        if failed:
            raise NotReady(f"Not ready: {', '.join(failed)}.")
        return {"status": "ready"}

    return router


async def answers(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return True


async def _passes(name: str, check: Check, deadline: float) -> bool:
    try:
        async with asyncio.timeout_at(deadline):
            return await check()
    except Exception as error:
        log.warning("not ready", check=name, error=type(error).__name__)
        return False
