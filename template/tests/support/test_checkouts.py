"""Test that the checks of held connections find violations."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.modules.users.repositories import UserRepository

from .checkouts import ConnectionHeld
from .clients import client_of
from .people import PASSWORD, Person


async def ask(work: UnitOfWork, person: Person) -> None:
    assert await UserRepository(work.session).find_by_email(person.email) is not None


async def write(work: UnitOfWork, person: Person) -> None:
    user = await UserRepository(work.session).get(person.user_id)
    await UserRepository(work.session).change(user, full_name="Ada")


@pytest.fixture
def client(runtime: Runtime, owner: Person) -> AsyncClient:
    app = FastAPI()

    @app.get("/{first}/{then}", status_code=204)
    async def unit_within(first: str, then: str) -> None:
        async with open_unit(runtime, owner.actor, None) as work:
            await (write if first == "write" else ask)(work, owner)
            if then == "within":
                async with work.within(None) as other:
                    await ask(other, owner)
            elif then == "beside":
                async with open_unit(runtime, owner.actor, None) as other:
                    await ask(other, owner)
            else:
                await work.release()
                await runtime.passwords.verify(PASSWORD, None)

    return client_of(app)


class TestTheGuard:
    @pytest.mark.parametrize(
        "way", ["/read/beside", "/write/beside", "/write/within", "/write/password"]
    )
    async def test_stops_who_waits_with_a_connection(self, client: AsyncClient, way: str) -> None:
        with pytest.raises(ConnectionHeld):
            await client.get(way)

    @pytest.mark.parametrize("way", ["/read/within", "/read/password"])
    async def test_lets_others_pass(self, client: AsyncClient, way: str) -> None:
        assert (await client.get(way)).status_code == 204

    async def test_does_not_count_what_the_test_holds(
        self, client: AsyncClient, work: UnitOfWork, owner: Person
    ) -> None:
        await write(work, owner)

        assert (await client.get("/read/within")).status_code == 204
