from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.config import OidcProvider, OidcSettings, Settings
from app.main import create_app
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider

from .oidc import person


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as issuer:
        yield issuer


@pytest.fixture
def honest(issuer: Provider) -> Provider:
    issuer.lies, issuer.signs_with = {}, None
    issuer.person = person()
    return issuer


@pytest_asyncio.fixture(scope="module")
async def browser_settings(settings: Settings, issuer: Provider) -> Settings:
    secret = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    known = OidcProvider.model_validate({"issuer": issuer.issuer, **secret})
    gone = OidcProvider.model_validate({"issuer": "http://127.0.0.1:9", **secret})
    oidc = OidcSettings(providers={"ours": known, "gone": gone, "other": known})
    return settings.model_copy(update={"oidc": oidc})


@pytest_asyncio.fixture(scope="module")
async def oidc_app(browser_settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(browser_settings)
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture
async def oidc_browser(oidc_app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(oidc_app)
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        yield browser
