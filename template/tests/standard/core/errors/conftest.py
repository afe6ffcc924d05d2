"""A small app with a route for each kind of failure."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from app.core.errors import Conflict
from app.core.http.middleware import BodyLimitMiddleware
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.openapi import describe
from app.core.http.problems import error_pages, install_error_handlers
from app.core.permissions import permission, public, signed_in
from app.database.repository import RowNotFound

PUBLIC_URL = "https://api.example.com"
MAX_BYTES = 2000


class KeyTaken(Conflict):
    """Keys are unique. <b>Choose</b> `another` one."""

    title = "This key is taken"
    detail = "The key {key} is taken."


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailStr = "a@example.com"
    owner: UUID | None = None
    level: Literal["low", "high"] = "low"
    count: int = 0
    name: str = Field("name", max_length=20)
    tags: list[int] = []
    data: dict[str, Any] = {}
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None


def things() -> APIRouter:
    router = APIRouter(prefix="/things")

    @router.get("")
    @permission("things:read")
    async def list_things(limit: Annotated[int, Query(le=100)] = 10) -> list[int]:
        return [limit]

    @router.post("", status_code=201)
    @permission("things:create")
    async def create(body: Body) -> Body:
        return body

    @router.get("/{thing_id}")
    @signed_in
    async def read(thing_id: UUID) -> str:
        raise RowNotFound(f"Thing {thing_id}")

    @router.delete("/{key}/key", responses={503: {"description": "Too busy"}})
    @public
    async def taken(key: str) -> None:
        raise KeyTaken(key=key)

    return router


def failures() -> APIRouter:
    router = APIRouter(prefix="/fail", include_in_schema=False)

    @router.get("/unexpected")
    async def unexpected() -> None:
        raise ZeroDivisionError("a secret of ours")

    @router.get("/status/{status}")
    async def http(status: int, detail: str | None = None) -> None:
        raise HTTPException(status, detail, headers={"X-Kept": "yes"})

    return router


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(BodyLimitMiddleware, max_bytes=MAX_BYTES)
    app.add_middleware(TraceMiddleware)
    app.include_router(error_pages)
    app.include_router(things(), prefix="/api/v1")
    app.include_router(failures())
    install_error_handlers(app, PUBLIC_URL)
    describe(app, token_url="/api/v1/auth/token")
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        yield client
