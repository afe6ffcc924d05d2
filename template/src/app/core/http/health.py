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
    """Return the health routes. A check that is slow or raises counts as failed."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    @public
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/ready", responses={NotReady.status: {"description": NotReady.title}})
    @public
    async def ready() -> dict[str, str]:
        """Raises NotReady."""
        passed = await asyncio.gather(
            *(_passes(name, check, timeout_seconds) for name, check in checks.items())
        )
        if not all(passed):
            failed = (name for name, fine in zip(checks, passed, strict=True) if not fine)
            raise NotReady(f"Not ready: {', '.join(failed)}.")
        return {"status": "ready"}

    return router


async def answers(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return True


async def _passes(name: str, check: Check, timeout_seconds: float) -> bool:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await check()
    except Exception as error:
        log.warning("not ready", check=name, error=type(error).__name__)
        return False
