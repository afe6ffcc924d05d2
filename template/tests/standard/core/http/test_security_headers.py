from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from httpx import AsyncClient

from app.config import Settings
from app.main import create_app
from tests.support.clients import client_of
from tests.support.people import Person

ALLOWED, FOREIGN = "https://app.example.com", "https://evil.example.com"


@pytest_asyncio.fixture(scope="module")
async def friendly(settings: Settings) -> AsyncIterator[AsyncClient]:
    """A client of an app on https that allows another origin."""
    auth = settings.auth.model_copy(update={"browser_origins": (ALLOWED, "https://b.example.com")})
    changes = {"auth": auth, "public_url": "https://api.example.com"}
    app = create_app(settings.model_copy(update=changes))
    async with client_of(app) as client:
        yield client
    await app.state.runtime.close()


class TestSecurityHeaders:
    @pytest.mark.parametrize("path", ["/health/live", "/api/v1/tenants/current", "/nowhere"])
    async def test_are_on_every_answer(self, friendly: AsyncClient, path: str) -> None:
        headers = (await friendly.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["cache-control"] == "no-store"

    async def test_promise_no_https_where_there_is_none(self, anonymous: AsyncClient) -> None:
        headers = (await anonymous.get("/health/live")).headers

        assert "strict-transport-security" not in headers


class TestOtherSites:
    async def test_of_friends_may_ask(self, friendly: AsyncClient) -> None:
        headers = {"Origin": ALLOWED, "Access-Control-Request-Method": "PATCH"}
        answer = await friendly.options("/api/v1/tenants/current", headers=headers)

        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ALLOWED
        assert answer.headers["access-control-allow-credentials"] == "true"

    async def test_may_not_ask_otherwise(self, friendly: AsyncClient) -> None:
        headers = {"Origin": FOREIGN, "Access-Control-Request-Method": "PATCH"}
        answer = await friendly.options("/api/v1/tenants/current", headers=headers)

        assert answer.status_code == 400
        assert "access-control-allow-origin" not in answer.headers

    async def test_can_read_problems_and_headers(
        self, friendly: AsyncClient, owner: Person
    ) -> None:
        answer = await friendly.get("/api/v1/tenants/current", headers={"Origin": ALLOWED})

        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == ALLOWED
        assert "ETag" in answer.headers["access-control-expose-headers"]

    async def test_are_unknown_by_default(self, anonymous: AsyncClient) -> None:
        answer = await anonymous.get("/health/live", headers={"Origin": ALLOWED})

        assert "access-control-allow-origin" not in answer.headers
