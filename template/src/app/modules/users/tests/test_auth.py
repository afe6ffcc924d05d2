from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.auth import ANONYMOUS
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from app.modules.tenants import TenantService
from app.modules.users.repositories import UserRepository
from app.modules.users.services import AuthService
from tests.support.people import PASSWORD, Person, create_tenant

AUTH = "/api/v1/auth"


def bearer(pair: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {pair['access_token']}"}


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post(f"{AUTH}/token", data={"username": email, "password": password})


def registration(**changes: str) -> dict[str, str]:
    return {
        "email": f"{new_id()}@Example.com",
        "password": PASSWORD,
        "full_name": "Ada Lovelace",
        "tenant_name": "Acme",
        **changes,
    }


class TestRegister:
    async def test_logs_the_owner_of_a_new_tenant_in(self, anonymous: AsyncClient) -> None:
        body = registration()

        answer = await anonymous.post(f"{AUTH}/register", json=body)
        me = await anonymous.get("/api/v1/users/me", headers=bearer(answer.json()))

        assert answer.status_code == 201
        assert answer.json()["token_type"] == "bearer"
        assert me.json()["email"] == body["email"].lower()
        assert me.json()["role"] == "owner"
        assert [place["tenant_name"] for place in me.json()["memberships"]] == ["Acme"]

    async def test_refuses_an_email_twice(self, anonymous: AsyncClient, owner: Person) -> None:
        body = registration(email=owner.email.upper())

        answer = await anonymous.post(f"{AUTH}/register", json=body)

        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/errors/email-taken")

    async def test_never_repeats_the_password(self, anonymous: AsyncClient) -> None:
        answer = await anonymous.post(f"{AUTH}/register", json=registration(password="short"))

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/body/password"
        assert "short" not in answer.text

    async def test_refuses_a_password_that_is_easily_guessed(self, anonymous: AsyncClient) -> None:
        common = await anonymous.post(f"{AUTH}/register", json=registration(password="password1"))
        body = registration(email=f"a{new_id().hex}@example.com")
        body["password"] = "my " + body["email"].partition("@")[0]
        own = await anonymous.post(f"{AUTH}/register", json=body)

        assert common.status_code == own.status_code == 422
        assert common.json()["type"].endswith("/errors/weak-password")


class TestLogIn:
    async def test_renews_a_hash_with_old_parameters(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        weak = PasswordHash((Argon2Hasher(time_cost=1),)).hash(PASSWORD)
        await set_hash(runtime, owner, weak)

        answer = await log_in(anonymous, owner.email)

        assert answer.status_code == 200
        assert not runtime.passwords.is_outdated(await hash_of(runtime, owner))

    async def test_takes_the_form_of_oauth2(self, anonymous: AsyncClient, owner: Person) -> None:
        answer = await log_in(anonymous, owner.email)

        assert answer.status_code == 200
        assert answer.json()["expires_in"] <= 600

    async def test_tells_nobody_which_part_was_wrong(
        self, anonymous: AsyncClient, owner: Person
    ) -> None:
        wrong_password = await log_in(anonymous, owner.email, "not the password")
        nobody = await log_in(anonymous, "nobody@example.com")

        assert wrong_password.status_code == nobody.status_code == 401
        assert wrong_password.json()["detail"] == nobody.json()["detail"]


class TestRefresh:
    async def test_gives_a_new_pair(self, anonymous: AsyncClient, owner: Person) -> None:
        first = (await log_in(anonymous, owner.email)).json()

        second = await refresh(anonymous, first)

        assert second.status_code == 200
        assert second.json()["refresh_token"] != first["refresh_token"]

    async def test_ends_the_log_in_when_a_token_is_used_twice(
        self, anonymous: AsyncClient, owner: Person
    ) -> None:
        first = (await log_in(anonymous, owner.email)).json()
        second = (await refresh(anonymous, first)).json()

        reused = await refresh(anonymous, first)
        third = await refresh(anonymous, second)

        assert reused.status_code == third.status_code == 401

    async def test_refuses_who_was_removed(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await TenantService(work).delete()

        assert (await refresh(anonymous, pair)).status_code == 401

    async def test_refuses_nonsense(self, anonymous: AsyncClient) -> None:
        assert (await refresh(anonymous, {"refresh_token": "nonsense"})).status_code == 401


class TestLogOut:
    async def test_ends_the_refresh_tokens(self, anonymous: AsyncClient, owner: Person) -> None:
        pair = (await log_in(anonymous, owner.email)).json()

        answer = await anonymous.post(f"{AUTH}/logout", headers=bearer(pair))

        assert answer.status_code == 204
        assert (await refresh(anonymous, pair)).status_code == 401


class TestSwitch:
    async def test_needs_a_membership(self, client: AsyncClient, rival: Person) -> None:
        foreign = await client.post(f"{AUTH}/switch", json={"tenant_id": str(rival.tenant_id)})
        unknown = await client.post(f"{AUTH}/switch", json={"tenant_id": str(new_id())})

        assert foreign.status_code == unknown.status_code == 404
        assert foreign.json()["detail"] == unknown.json()["detail"]

    async def test_works_for_the_other_tenant(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        other = await create_tenant(runtime, "Globex")
        token = await invite(anonymous, other, owner.email)
        accepted = await accept(anonymous, token, owner.email)
        tenant_id = UUID((await me(anonymous, accepted.json()))["tenant_id"])

        back = await anonymous.post(
            f"{AUTH}/switch",
            json={"tenant_id": str(owner.tenant_id)},
            headers=bearer(accepted.json()),
        )

        assert tenant_id == other.tenant_id
        assert (await me(anonymous, back.json()))["tenant_id"] == str(owner.tenant_id)


class TestAcceptInvitation:
    async def test_makes_a_new_user_a_member(self, anonymous: AsyncClient, owner: Person) -> None:
        email = f"{new_id()}@example.com"
        token = await invite(anonymous, owner, email)

        answer = await accept(anonymous, token, email)

        assert answer.status_code == 201
        assert (await me(anonymous, answer.json()))["role"] == "member"

    async def test_works_once(self, anonymous: AsyncClient, owner: Person) -> None:
        email = f"{new_id()}@example.com"
        token = await invite(anonymous, owner, email)
        await accept(anonymous, token, email)

        assert (await accept(anonymous, token, email)).status_code == 422

    async def test_is_for_the_invited_address(self, anonymous: AsyncClient, owner: Person) -> None:
        token = await invite(anonymous, owner, f"{new_id()}@example.com")

        assert (await accept(anonymous, token, f"{new_id()}@example.com")).status_code == 422

    async def test_does_not_work_in_another_tenant(
        self, anonymous: AsyncClient, owner: Person, rival: Person
    ) -> None:
        email = f"{new_id()}@example.com"
        secret = (await invite(anonymous, owner, email)).partition(".")[2]

        answer = await accept(anonymous, f"{rival.tenant_id}.{secret}", email)

        assert answer.status_code == 422


class TestChangePassword:
    async def test_ends_the_other_log_ins(self, anonymous: AsyncClient, owner: Person) -> None:
        here = (await log_in(anonymous, owner.email)).json()
        elsewhere = (await log_in(anonymous, owner.email)).json()

        answer = await anonymous.put(
            "/api/v1/users/me/password",
            json={"current_password": PASSWORD, "new_password": "another long password"},
            headers=bearer(here),
        )

        assert answer.status_code == 204
        assert (await refresh(anonymous, elsewhere)).status_code == 401
        assert (await refresh(anonymous, here)).status_code == 200
        assert (await log_in(anonymous, owner.email)).status_code == 401


class TestAddUser:
    async def test_stores_no_password(self, runtime: Runtime) -> None:
        async with open_unit(runtime, ANONYMOUS, None) as work:
            user = await AuthService(work).add_user(
                email=f"{new_id()}@example.com", password=PASSWORD, full_name="Ada"
            )

        assert str(user.password_hash).startswith("$argon2id$")


async def set_hash(runtime: Runtime, person: Person, password_hash: str) -> None:
    async with open_unit(runtime, ANONYMOUS, None) as work:
        users = UserRepository(work.session)
        await users.change(await users.get(person.user_id), password_hash=password_hash)


async def hash_of(runtime: Runtime, person: Person) -> str:
    async with open_unit(runtime, ANONYMOUS, None) as work:
        return str((await UserRepository(work.session).get(person.user_id)).password_hash)


async def refresh(client: AsyncClient, pair: dict[str, Any]) -> Response:
    body = {"refresh_token": pair["refresh_token"]}
    return await client.post(f"{AUTH}/refresh", json=body)


async def me(client: AsyncClient, pair: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get("/api/v1/users/me", headers=bearer(pair))).json()
    return answer


async def invite(client: AsyncClient, host: Person, email: str) -> str:
    answer = await client.post(
        "/api/v1/tenants/current/invitations", json={"email": email}, headers=host.headers
    )
    return str(answer.json()["token"])


async def accept(client: AsyncClient, token: str, email: str) -> Response:
    body = {"token": token, "email": email, "password": PASSWORD, "full_name": "Bob"}
    return await client.post(f"{AUTH}/accept-invitation", json=body)
