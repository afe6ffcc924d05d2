"""A path without variables is not read as the id of another route."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import APIRouter
from httpx import AsyncClient

from app.config import Settings
from app.core.module import Module
from app.core.permissions import public
from app.main import create_app
from tests.support.clients import client_of

URL = "/api/v1/gauges"

router = APIRouter(prefix="/gauges")


@router.get("/csv")
@public
async def export() -> str:
    return "exported"


@router.get("/{gauge_id}")
@public
async def read(gauge_id: UUID) -> str:
    return str(gauge_id)


@router.patch("/{gauge_id}")
@public
async def change(gauge_id: UUID) -> str:
    return str(gauge_id)


@pytest.fixture(scope="module")
async def caller(settings: Settings) -> AsyncIterator[AsyncClient]:
    app = create_app(settings, (Module(name="gauges", routers=(router,)),))
    async with client_of(app) as client:
        yield client
    await app.state.runtime.close()


async def test_says_which_methods_it_takes(caller: AsyncClient) -> None:
    answer = await caller.patch(f"{URL}/csv")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


async def test_takes_its_own(caller: AsyncClient) -> None:
    assert (await caller.get(f"{URL}/csv")).json() == "exported"
    assert (await caller.head(f"{URL}/csv")).status_code == 200


async def test_leaves_others_to_the_variable(caller: AsyncClient) -> None:
    row = "01a220ee-024d-7425-8949-d0661fb22cd1"

    assert (await caller.patch(f"{URL}/{row}")).json() == row
    assert (await caller.patch(f"{URL}/csv2")).status_code == 422
