from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app.core.auth import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.modules.users.jobs import purge_expired
from tests.support.people import PASSWORD, Person

from .test_auth import AUTH, bearer, log_in, refresh

URL = "/api/v1/users/me/sessions"


class TestSessions:
    async def test_tell_where_one_is_logged_in(self, anonymous: AsyncClient, owner: Person) -> None:
        form = {"username": owner.email, "password": PASSWORD}
        agent = {"User-Agent": "Lynx/2.9"}
        pair = (await anonymous.post(f"{AUTH}/token", data=form, headers=agent)).json()

        newest, first = (await anonymous.get(URL, headers=bearer(pair))).json()

        assert (newest["user_agent"], newest["is_current"]) == ("Lynx/2.9", True)
        assert newest["address"] == "127.0.0.1"
        assert first["is_current"] is False

    async def test_tell_nothing_odd_that_a_client_says_of_itself(
        self, app: FastAPI, owner: Person
    ) -> None:
        form = {"username": owner.email, "password": PASSWORD}
        agent = {b"User-Agent": b"Lynx\x9b2J\x852.9" + b" x" * 200}
        transport = ASGITransport(app, client=("not-an-ip" * 20, 1))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            pair = (await client.post(f"{AUTH}/token", data=form, headers=agent)).json()
            newest, *_ = (await client.get(URL, headers=bearer(pair))).json()

        assert newest["user_agent"].startswith("Lynx2J2.9 x x")
        assert (len(newest["user_agent"]), newest["address"]) == (200, None)

    async def test_can_be_ended_one_by_one(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        (stolen,) = [s for s in (await client.get(URL)).json() if not s["is_current"]]

        ended = await client.delete(f"{URL}/{stolen['id']}")

        assert ended.status_code == 204
        assert (await anonymous.get(URL, headers=bearer(pair))).status_code == 401
        assert (await refresh(anonymous, pair)).status_code == 401
        assert len((await client.get(URL)).json()) == 1

    async def test_can_be_ended_all_but_one(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()

        ended = await client.delete(URL)

        assert ended.status_code == 204
        assert (await anonymous.get(URL, headers=bearer(pair))).status_code == 401
        assert (await client.get(URL)).status_code == 200

    async def test_of_others_are_out_of_reach(
        self, client: AsyncClient, rival_client: AsyncClient
    ) -> None:
        (theirs,) = (await rival_client.get(URL)).json()

        answer = await client.delete(f"{URL}/{theirs['id']}")

        assert answer.status_code == 404
        assert (await rival_client.get(URL)).status_code == 200

    async def test_tell_when_they_were_last_used(
        self, anonymous: AsyncClient, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        before = (await anonymous.get(URL, headers=bearer(pair))).json()[0]

        renewed = (await refresh(anonymous, pair)).json()

        after = (await anonymous.get(URL, headers=bearer(renewed))).json()[0]
        assert after["last_used_at"] > before["last_used_at"]
        assert after["id"] == before["id"]

    async def test_are_deleted_a_month_after_their_end(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        statement = (
            "UPDATE auth_sessions SET expires_at = now() - interval '31 days' WHERE user_id = :id"
        )
        async with runtime.database.rw.begin() as connection:
            await connection.execute(text(statement), {"id": owner.user_id})

        async with open_unit(runtime, Actor.system(), None) as work:
            await purge_expired.run(work)

        async with runtime.database.rw.connect() as connection:
            query = "SELECT count(*) FROM auth_sessions WHERE user_id = :id"
            assert await connection.scalar(text(query), {"id": owner.user_id}) == 0
