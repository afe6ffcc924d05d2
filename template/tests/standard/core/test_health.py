import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from app.config import Settings
from app.core.http.health import answers, health_routes
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.problems import install_error_handlers
from app.core.permissions import PUBLIC, guard_of
from app.database.engine import create_engine


async def fine() -> bool:
    return True


async def behind() -> bool:
    return False


async def broken() -> bool:
    raise ConnectionRefusedError("postgresql://app:hunter2@db")


async def stuck() -> bool:
    await asyncio.sleep(60)
    return True


async def get(path: str, **checks: Callable[[], Awaitable[bool]]) -> httpx.Response:
    app = FastAPI()
    app.add_middleware(TraceMiddleware)
    seconds = 0.1 if stuck in checks.values() else 20
    app.include_router(health_routes(checks, timeout_seconds=seconds))
    install_error_handlers(app, "")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://app"
    ) as client:
        return await client.get(path)


class TestLive:
    async def test_asks_nobody(self) -> None:
        answer = await get("/health/live", database=broken)

        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


class TestReady:
    async def test_says_so_when_all_checks_pass(self) -> None:
        answer = await get("/health/ready", database=fine, migrations=fine)

        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})

    @pytest.mark.parametrize("check", [behind, broken, stuck])
    async def test_names_what_is_missing_and_no_more(
        self, check: Callable[[], Awaitable[bool]]
    ) -> None:
        answer = await get("/health/ready", database=check, migrations=fine)

        assert answer.status_code == 503
        assert answer.json()["detail"] == "Not ready: database."
        assert answer.headers["retry-after"]
        assert "hunter2" not in answer.text


class TestTheDatabase:
    async def test_answers(self, settings: Settings) -> None:
        engine = create_engine(str(settings.database.url))

        assert await answers(engine)
        await engine.dispose()


class TestItsRoutes:
    def test_are_public(self) -> None:
        for route in health_routes({}).routes:
            assert guard_of(getattr(route, "endpoint", None)) == PUBLIC

    async def test_stay_out_of_the_log(self) -> None:
        with capture_logs() as lines:
            await get("/health/ready", database=fine)

        assert {line["log_level"] for line in lines} <= {"debug"}
