"""A request that is sent twice is executed once, and both get a response."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import func, select, text, update

from app.config import Settings
from app.core.auth import AccessClaims, Actor
from app.core.errors import Conflict
from app.core.http.idempotency import purge_records
from app.core.http.idempotency._models import IdempotencyRecord
from app.core.permissions import permission
from app.core.runtime import Runtime
from app.core.unit_of_work import CurrentWork, UnitOfWork, open_unit
from app.database.repository import Repository
from app.kit import clock
from app.kit.schemas import Schema
from app.main import create_app
from app.modules.tenants.models import Invitation
from tests.support.clients import client_of
from tests.support.people import Person

MINE = "members:read"
URL = "/api/v1/orders"
router = APIRouter(prefix=URL)


class Gate:
    """Makes requests wait until the test opens it."""

    def __init__(self) -> None:
        self.arrived = 0
        self.opened = asyncio.Event()

    async def wait(self) -> None:
        self.arrived += 1
        await self.opened.wait()

    async def until_arrived(self, requests: int) -> None:
        async with asyncio.timeout(20):
            while self.arrived < requests:  # noqa: ASYNC110 - they come through the app
                await asyncio.sleep(0.01)


GATES: defaultdict[str, Gate] = defaultdict(Gate)


class Order(Schema):
    email: str
    gate: str = ""
    looks_elsewhere: bool = False
    fails: bool = False


class Orders(Repository[Invitation]):
    model = Invitation


class OrderService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.orders = Orders(work.session)

    async def create(self, order: Order) -> Invitation:
        self.work.require(MINE)
        email = order.email
        if order.looks_elsewhere:
            async with self.work.within(None):
                await self._wait(order)
            email = f"{uuid4()}@example.com"  # or the second order would collide with the first
        values = {"role": "member", "secret_hash": uuid4().hex, "expires_at": clock.now()}
        created = await self.orders.create(email=email, **values)
        await self._wait(order)
        if order.fails:
            raise Conflict
        return created

    async def _wait(self, order: Order) -> None:
        if order.gate:
            await GATES[order.gate].wait()


@router.post("", status_code=201)
@permission(MINE)
async def create(order: Order, orders: Annotated[OrderService, Depends()]) -> dict[str, str]:
    created = await orders.create(order)
    return {"id": str(created.id), "secret": "very-secret-token"}


@pytest_asyncio.fixture(scope="module")
async def order_app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    app.include_router(router)
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture
async def buyer(order_app: FastAPI, owner: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(order_app, owner) as client:
        yield client


@pytest_asyncio.fixture
async def rival_buyer(order_app: FastAPI, rival: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(order_app, rival) as client:
        yield client


async def order(client: AsyncClient, key: str | None, **body: object) -> Response:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return await client.post(URL, json={"email": "a@example.com", **body}, headers=headers)


async def orders(work: UnitOfWork) -> int | None:
    return await work.session.scalar(select(func.count()).select_from(Invitation))


class TestTheSameKey:
    async def test_is_answered_alike_and_done_once(
        self, buyer: AsyncClient, work: UnitOfWork
    ) -> None:
        first = await order(buyer, "key")
        second = await order(buyer, "key")

        assert first.status_code == second.status_code == 201
        assert first.json() == second.json()
        assert "idempotent-replayed" not in first.headers
        assert second.headers["idempotent-replayed"] == "true"
        assert second.headers["content-type"] == first.headers["content-type"]
        assert await orders(work) == 1

    async def test_may_be_quoted(self, buyer: AsyncClient) -> None:
        first, second = await order(buyer, '"key"'), await order(buyer, "key")

        assert first.json() == second.json()

    async def test_is_refused_with_another_body(self, buyer: AsyncClient) -> None:
        await order(buyer, "key")
        answer = await order(buyer, "key", email="b@example.com")

        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/errors/idempotency-key-reused")

    async def test_is_another_key_for_another_tenant(
        self, buyer: AsyncClient, rival_buyer: AsyncClient
    ) -> None:
        first, second = await order(buyer, "key"), await order(rival_buyer, "key")

        assert first.json()["id"] != second.json()["id"]
        assert "idempotent-replayed" not in second.headers

    async def test_waits_for_nobody(self, buyer: AsyncClient, work: UnitOfWork) -> None:
        gate = GATES["nobody"]
        first = asyncio.create_task(order(buyer, "key", gate="nobody"))
        await gate.until_arrived(1)
        answers = await asyncio.gather(*(order(buyer, "key", gate="nobody") for _ in range(4)))
        gate.opened.set()
        answers.append(await first)

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["type"].endswith("/errors/request-in-progress")
        assert (await order(buyer, "key", gate="nobody")).headers["idempotent-replayed"] == "true"
        assert await orders(work) == 1

    async def test_is_done_once_by_a_route_that_works_in_other_units(
        self, buyer: AsyncClient, work: UnitOfWork
    ) -> None:
        """Such a route holds no lock meanwhile, so the second write of the response collides."""
        body = {"gate": "elsewhere", "looks_elsewhere": True}
        gate, both = GATES["elsewhere"], []
        for arrived in (1, 2):
            both.append(asyncio.create_task(order(buyer, "key", **body)))
            await gate.until_arrived(arrived)
        gate.opened.set()
        answers = await asyncio.gather(*both)

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["type"].endswith("/errors/request-in-progress")
        assert await orders(work) == 1

    async def test_tries_again_after_an_error(self, buyer: AsyncClient, work: UnitOfWork) -> None:
        first = await order(buyer, "key", fails=True)
        second = await order(buyer, "key", fails=True)

        assert first.status_code == second.status_code == 409
        assert "idempotent-replayed" not in second.headers
        assert await orders(work) == 0
        assert (await order(buyer, "key")).status_code == 201


class TestAGoodAnswer:
    async def test_is_kept_from_who_may_not_have_it_any_more(
        self, order_app: FastAPI, runtime: Runtime, owner: Person
    ) -> None:
        """The person was demoted, or has logged out."""
        body, headers = {"email": "a@example.com"}, {"Idempotency-Key": str(uuid4())}
        demoted = Person(
            **{**vars(owner), "token": runtime.tokens.issue(_claims(owner, permissions=[]))}
        )
        answers = []
        for person in (owner, demoted, owner):
            async with client_of(order_app, person) as client:
                answers.append(await client.post(URL, json=body, headers=headers))

        assert [answer.status_code for answer in answers] == [201, 403, 201]
        assert "secret" not in answers[1].json()
        assert answers[2].headers["idempotent-replayed"] == "true"


class TestABrokenOffRequest:
    async def test_is_not_done(self, order_app: FastAPI, owner: Person, work: UnitOfWork) -> None:
        sent, before = [], await work.session.scalar(select(func.count(Invitation.id)))
        body = b'{"email": "a@example.com"}'
        messages = iter(
            [
                {"type": "http.request", "body": body, "more_body": True},
                {"type": "http.disconnect"},
            ]
        )
        scope = {
            "type": "http",
            "method": "POST",
            "path": URL,
            "raw_path": URL.encode(),
            "query_string": b"",
            "scheme": "http",
            "server": ("test", 80),
            "client": ("192.0.2.1", 1),
            "headers": [
                (b"authorization", owner.headers["Authorization"].encode()),
                (b"content-type", b"application/json"),
                (b"idempotency-key", uuid4().hex.encode()),
            ],
        }

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        await order_app(scope, receive, send)

        assert sent == []
        assert await work.session.scalar(select(func.count(Invitation.id))) == before


def _claims(person: Person, permissions: list[str]) -> AccessClaims:
    return AccessClaims(
        user_id=person.user_id,
        session_id=person.actor.session_id or person.user_id,
        tenant_id=person.tenant_id,
        membership_id=person.actor.membership_id,
        role="some-role",
        permissions=frozenset(permissions),
        is_superuser=False,
    )


class TestTheKey:
    @pytest.mark.parametrize("key", ["", " ", "x" * 256])
    async def test_is_refused_when_it_is_none(self, buyer: AsyncClient, key: str) -> None:
        answer = await order(buyer, key)

        assert answer.status_code == 400
        assert answer.json()["type"].endswith("/errors/idempotency-key-refused")

    async def test_means_nothing_to_other_actors(self, order_app: FastAPI) -> None:
        async with client_of(order_app) as anonymous_client:
            assert (await order(anonymous_client, "key")).status_code == 401

    async def test_is_not_needed(self, buyer: AsyncClient) -> None:
        assert (await order(buyer, None)).status_code == 201


class TestAStoredResponse:
    async def test_cannot_be_read_in_the_database(
        self, buyer: AsyncClient, work: UnitOfWork
    ) -> None:
        await order(buyer, "key")

        given = await work.session.scalar(
            text("SELECT idempotency_records::text FROM idempotency_records"),
            execution_options={"raw_sql": "as a thief sees it"},
        )
        answer = await work.session.scalar(select(IdempotencyRecord.answer))

        assert b"very-secret-token" not in (answer or b"")
        assert "very-secret-token" not in str(given)

    async def test_is_deleted_after_a_day(
        self, buyer: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await order(buyer, "old")
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await work.session.execute(
                update(IdempotencyRecord).values(stored_at=clock.now().replace(year=2020))
            )
        await order(buyer, "new", email="b@example.com")

        async with open_unit(runtime, Actor.system(), None) as work:
            await purge_records.run(work)

        async with open_unit(runtime, owner.actor, owner.context) as work:
            left = await work.session.scalar(select(func.count()).select_from(IdempotencyRecord))
        assert left == 1
