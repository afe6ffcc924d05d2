from httpx import AsyncClient

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.people import Person, add_member

URL = "/api/v1/users"


class TestMe:
    async def test_tells_where_one_works(self, client: AsyncClient, owner: Person) -> None:
        me = (await client.get(f"{URL}/me")).json()

        assert me["id"] == str(owner.user_id)
        assert [place["tenant_id"] for place in me["memberships"]] == [str(owner.tenant_id)]

    async def test_needs_a_token(self, anonymous: AsyncClient) -> None:
        answer = await anonymous.get(f"{URL}/me")

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_can_change_the_name(self, client: AsyncClient) -> None:
        answer = await client.patch(f"{URL}/me", json={"full_name": "Ada King"})

        assert answer.json()["full_name"] == "Ada King"


class TestMembers:
    async def test_are_those_of_the_tenant(
        self, client: AsyncClient, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)

        members = (await client.get(URL)).json()["items"]

        assert {member["id"]: member["role"] for member in members} == {
            str(owner.user_id): "owner",
            str(viewer.user_id): "viewer",
        }

    async def test_hide_users_of_other_tenants(self, client: AsyncClient, rival: Person) -> None:
        other = await client.get(f"{URL}/{rival.user_id}")
        nobody = await client.get(f"{URL}/{new_id()}")

        assert other.status_code == nobody.status_code == 404
        assert other.json()["detail"] == nobody.json()["detail"]

    async def test_can_be_read(self, client: AsyncClient, owner: Person) -> None:
        assert (await client.get(f"{URL}/{owner.user_id}")).json()["email"] == owner.email
