import pytest
from httpx import AsyncClient

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from tests.support.people import Person, add_member

URL = "/api/v1/audit"


class TestListActs:
    async def test_has_the_newest_first_page_by_page(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        for action in ("tests.first", "tests.second", "tests.third"):
            async with open_unit(runtime, owner.actor, owner.context) as work:
                work.audit(action)

        page = (await client.get(URL, params={"limit": 2})).json()
        rest = (await client.get(URL, params={"limit": 2, "cursor": page["next_cursor"]})).json()

        assert [act["action"] for act in page["items"]] == ["tests.third", "tests.second"]
        assert rest["items"][0]["action"] == "tests.first"
        assert page["items"][0]["actor_id"] == str(owner.user_id)

    async def test_tells_where_a_change_came_from(self, client: AsyncClient) -> None:
        changed = await client.patch("/api/v1/tenants/current", json={"name": "Acme & Sons"})

        act = (await client.get(URL)).json()["items"][0]
        assert act["action"] == "tenants.renamed"
        assert act["changes"] == {"name": {"old": "Acme", "new": "Acme & Sons"}}
        assert act["address"] == "127.0.0.1"
        assert act["trace_id"] == changed.headers["x-trace-id"]

    async def test_has_the_acts_on_one_row(self, client: AsyncClient, owner: Person) -> None:
        answer = await client.get(URL, params={"subject_id": str(owner.tenant_id)})

        assert answer.json() == {"items": [], "next_cursor": None}

    async def test_has_the_acts_of_one_person(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        for person in (owner, admin):
            async with open_unit(runtime, person.actor, person.context) as work:
                work.audit("tests.done")

        items = (await client.get(URL, params={"actor_id": str(admin.user_id)})).json()["items"]
        assert {act["actor_id"] for act in items} == {str(admin.user_id)}
        assert "tests.done" in [act["action"] for act in items]

    async def test_has_the_acts_of_a_kind_and_a_time(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit("tests.first")
            work.audit("tests_second.done")
        first = (await client.get(URL, params={"action": "tests.first"})).json()["items"][0]

        for query, found in (
            ({"action": "tests.*"}, ["tests.first"]),
            ({"action": "tests.second"}, []),
            ({"action": "tests.*", "at_from": first["at"]}, ["tests.first"]),
            ({"action": "tests.*", "at_until": first["at"]}, []),
        ):
            items = (await client.get(URL, params=query)).json()["items"]
            assert [act["action"] for act in items] == found, query
        for wrong in ({"action": "tests.%"}, {"at_from": "2026-01-31T09:30:00"}):
            assert (await client.get(URL, params=wrong)).status_code == 422

    async def test_has_own_acts_only(self, rival_client: AsyncClient, work: UnitOfWork) -> None:
        work.audit("tests.first")
        await work.commit()

        items = (await rival_client.get(URL)).json()["items"]
        assert "tests.first" not in [act["action"] for act in items]

    @pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.MEMBER, 403)])
    async def test_is_for_those_who_run_the_tenant(
        self, client: AsyncClient, runtime: Runtime, owner: Person, role: Role, status: int
    ) -> None:
        person = await add_member(runtime, owner, role)

        answer = await client.get(URL, headers=person.headers)

        assert answer.status_code == status
