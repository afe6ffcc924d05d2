"""Two versions of one module, and what is deprecated in the first."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient
from structlog.testing import capture_logs

from app.config import Settings, TelemetrySettings
from app.core.module import Module
from app.core.permissions import public
from app.kit.deprecation import Deprecated, deprecated
from app.kit.schemas import Schema
from app.main import create_app
from tests.support.clients import client_of

SINCE, SUNSET = date(2026, 9, 1), date(2027, 3, 1)
OLD, NEW, UNTOUCHED = "/api/v1/gadgets", "/api/v2/gadgets", "/api/v1/gadgets/untouched"
METRICS_TOKEN = "a token of some length"
HEADERS = {"deprecation": "@1788220800", "sunset": "Mon, 01 Mar 2027 00:00:00 GMT"}

first = APIRouter(prefix="/gadgets", tags=["gadgets"])
second = APIRouter(prefix="/gadgets", tags=["gadgets"])


class GadgetCreate(Schema):
    name: str
    colour: Annotated[str, Deprecated(since=SINCE, sunset=SUNSET)] = "none"


@first.get("")
@public
@deprecated(since=SINCE, sunset=SUNSET, instead=NEW)
async def list_all() -> list[str]:
    return ["one"]


@first.post("")
@public
async def create(body: GadgetCreate) -> str:
    return body.colour


@first.get("/untouched")
@public
async def untouched() -> str:
    return "as ever"


@second.get("", name="list_all")
@public
async def list_all_of_second() -> dict[str, str]:
    return {"one": "1"}


GADGETS = Module(
    name="gadgets",
    routers=(first,),
    versions={"v2": (second,)},
    tags={"gadgets": "Gadgets."},
)


@pytest.fixture(scope="module")
async def gadgets(settings: Settings) -> AsyncIterator[FastAPI]:
    telemetry = TelemetrySettings.model_validate({"metrics_token": METRICS_TOKEN})
    app = create_app(settings.model_copy(update={"telemetry": telemetry}), (GADGETS,))
    yield app
    await app.state.runtime.close()


@pytest.fixture
async def caller(gadgets: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client_of(gadgets) as client:
        yield client


async def counted(caller: AsyncClient) -> str:
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    return (await caller.get("/metrics", headers=headers)).text


class TestAnOperation:
    async def test_says_that_it_goes_and_who_used_it(self, caller: AsyncClient) -> None:
        with capture_logs() as lines:
            answer = await caller.get(OLD)

        assert answer.json() == ["one"]
        assert HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers["link"] == f'<{NEW}>; rel="successor-version"'
        assert [(each["method"], each["route"]) for each in lines if each["event"] == USED] == [
            ("GET", OLD)
        ]
        counter = f'deprecated_uses_total{{field="",method="GET",route="{OLD}"}} 1.0'
        assert counter in await counted(caller)

    async def test_says_nothing_where_nothing_is_deprecated(self, caller: AsyncClient) -> None:
        with capture_logs() as lines:
            for answer in (await caller.get(NEW), await caller.get(UNTOUCHED)):
                assert "deprecation" not in answer.headers

        assert USED not in {each["event"] for each in lines}


class TestAField:
    @pytest.mark.parametrize("is_sent", [True, False])
    async def test_is_noted_if_it_was_sent(self, caller: AsyncClient, is_sent: bool) -> None:
        body = {"name": "one", **({"colour": "red"} if is_sent else {})}
        with capture_logs() as lines:
            answer = await caller.post(OLD, json=body)

        assert answer.status_code == 200
        assert (HEADERS.items() <= dict(answer.headers).items()) == is_sent
        assert [each["fields"] for each in lines if each["event"] == USED] == (
            [["colour"]] if is_sent else []
        )
        if is_sent:
            assert f'deprecated_uses_total{{field="colour",method="POST",route="{OLD}"}}' in (
                await counted(caller)
            )


class TestTheDocument:
    def test_has_both_versions_and_what_goes(self, gadgets: FastAPI) -> None:
        document: dict[str, Any] = gadgets.openapi()
        old, new = document["paths"][OLD]["get"], document["paths"][NEW]["get"]

        ids = [old["operationId"], new["operationId"]]
        assert ids == ["gadgets.list", "gadgets.list_v2"]
        assert old["deprecated"]
        assert "deprecated" not in new
        assert "Deprecated since 2026-09-01, and goes on 2027-03-01" in old["description"]
        assert {"Deprecation", "Sunset"} <= old["responses"]["200"]["headers"].keys()
        colour = document["components"]["schemas"]["GadgetCreate"]["properties"]["colour"]
        assert colour["deprecated"] is True


USED = "deprecated.used"
