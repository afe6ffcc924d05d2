"""Ending log-ins also ends those in progress: each way to log in, against each way to end one.

The end comes when a password or a provider's answer has been verified and nothing is written yet.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from app.modules.users.services import SessionService
from tests.support.locks import until_it_waits
from tests.support.mail import token_for
from tests.support.people import PASSWORD, Person, create_tenant

from .test_auth import accept, bearer, invite, log_in, refresh
from .test_email_links import NEW, change_email, confirm, forget, reset
from .test_second_factor import FACTOR, Device, answer, set_up

ME = "/api/v1/users/me"


class Middle:
    """Makes `passwords.verify` wait once it knows that the password is right."""

    def __init__(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        self.verify = runtime.passwords.verify
        self.reached, self.left = asyncio.Event(), asyncio.Event()
        self.waits = False
        monkeypatch.setattr(runtime.passwords, "verify", self._verify)

    async def between(self, under_way: Awaitable[Response], happens: Awaitable[None]) -> Response:
        """Return the answer of a request while which something else happens completely."""
        self.waits = True
        task = asyncio.ensure_future(under_way)
        await self.reached.wait()
        await happens
        self.left.set()
        return await task

    async def _verify(self, password: str, hashed: str | None) -> bool:
        right = await self.verify(password, hashed)
        if right and self.waits:
            self.waits = False
            self.reached.set()
            await self.left.wait()
        return right


@pytest.fixture
def middle(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Middle:
    return Middle(runtime, monkeypatch)


Ending = Callable[[Runtime, AsyncClient, Person], Awaitable[None]]


async def reset_password(runtime: Runtime, anonymous: AsyncClient, person: Person) -> None:
    await forget(anonymous, person.email)
    assert (await reset(anonymous, await token_for(runtime, person.email))).status_code == 204


async def change_password(runtime: Runtime, anonymous: AsyncClient, person: Person) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    changed = await anonymous.put(f"{ME}/password", json=body, headers=person.headers)
    assert changed.status_code == 204


async def change_address(runtime: Runtime, anonymous: AsyncClient, person: Person) -> None:
    new = f"{new_id()}@example.com"
    body = {"email": new, "password": PASSWORD}
    await anonymous.post(f"{ME}/email", json=body, headers=person.headers)
    assert (await confirm(anonymous, await token_for(runtime, new))).status_code == 204


async def suspend(runtime: Runtime, anonymous: AsyncClient, person: Person) -> None:
    superuser = await create_tenant(runtime, "Platform", is_superuser=True)
    url = f"/api/v1/admin/users/{person.user_id}"
    suspended = await anonymous.post(f"{url}/suspend", headers=superuser.headers)
    resumed = await anonymous.post(f"{url}/resume", headers=superuser.headers)
    assert (suspended.status_code, resumed.status_code) == (200, 200)


async def add_second_factor(runtime: Runtime, anonymous: AsyncClient, person: Person) -> None:
    assert len((await set_up(anonymous, person.headers)).recovery_codes) == 10


ENDINGS = [reset_password, change_password, change_address, suspend, add_second_factor]


async def enter_by_invitation(anonymous: AsyncClient, runtime: Runtime, person: Person) -> Response:
    host = await create_tenant(runtime, "Globex")
    return await accept(anonymous, await invite(anonymous, host, person.email), person.email)


@pytest.mark.parametrize("ending", ENDINGS)
class TestALogInUnderWay:
    async def test_with_the_password_comes_too_late(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
        ending: Ending,
    ) -> None:
        late = await middle.between(
            log_in(anonymous, owner.email), ending(runtime, anonymous, owner)
        )

        await self.check(anonymous, late)

    async def test_with_an_invitation_comes_too_late(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
        ending: Ending,
    ) -> None:
        late = await middle.between(
            enter_by_invitation(anonymous, runtime, owner), ending(runtime, anonymous, owner)
        )

        await self.check(anonymous, late)

    async def check(self, anonymous: AsyncClient, late: Response) -> None:
        """Check that it is refused, at once or after a challenge that did not exist before."""
        assert late.status_code in (401, 202)
        if late.status_code == 202:
            assert (await answer(anonymous, late, "000000")).status_code == 401


@pytest.mark.parametrize("ending", ENDINGS[:-1])
class TestAChallenge:
    async def test_that_was_won_before_is_over(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        ending: Ending,
    ) -> None:
        device = await set_up(client)
        challenge = await log_in(anonymous, owner.email)

        await ending(runtime, anonymous, owner)

        met = await answer(anonymous, challenge, device.code())
        assert (challenge.status_code, met.status_code) == (202, 401)


@pytest.mark.parametrize("ending", ENDINGS)
class TestALogIn:
    async def test_from_before_is_over(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person, ending: Ending
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()

        await ending(runtime, anonymous, owner)

        assert (await anonymous.get(ME, headers=bearer(pair))).status_code == 401
        assert (await refresh(anonymous, pair)).status_code == 401


Act = Callable[[AsyncClient, Person, Device | None], Awaitable[Response]]


async def change_it_back(client: AsyncClient, _: Person, __: Device | None) -> Response:
    body = {"current_password": PASSWORD, "new_password": f"{NEW} of a thief"}
    return await client.put(f"{ME}/password", json=body)


async def add_a_factor(client: AsyncClient, _: Person, __: Device | None) -> Response:
    return await client.post(FACTOR, json={"password": PASSWORD})


async def remove_the_factor(client: AsyncClient, _: Person, device: Device | None) -> Response:
    assert device
    body = {"password": PASSWORD, "code": device.recovery_codes[0]}
    return await client.post(f"{FACTOR}/remove", json=body)


async def renew_the_codes(client: AsyncClient, _: Person, device: Device | None) -> Response:
    assert device
    body = {"password": PASSWORD, "code": device.recovery_codes[0]}
    return await client.post(f"{FACTOR}/recovery-codes", json=body)


class TestAnActUnderWay:
    """A request whose password is replaced after it was verified."""

    @pytest.mark.parametrize("act", [change_it_back, add_a_factor])
    async def test_comes_too_late(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
        act: Act,
    ) -> None:
        done = await middle.between(
            act(client, owner, None), reset_password(runtime, anonymous, owner)
        )

        assert done.status_code == 401
        assert (await log_in(anonymous, owner.email, NEW)).status_code == 200

    @pytest.mark.parametrize("act", [remove_the_factor, renew_the_codes])
    async def test_on_the_second_factor_comes_too_late(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
        act: Act,
    ) -> None:
        device = await set_up(client)

        done = await middle.between(
            act(client, owner, device), reset_password(runtime, anonymous, owner)
        )

        assert done.status_code == 401
        challenge = await log_in(anonymous, owner.email, NEW)
        met = await answer(anonymous, challenge, device.recovery_codes[1])
        assert (challenge.status_code, met.status_code) == (202, 200)

    async def test_of_who_has_only_the_password_comes_too_late(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
    ) -> None:
        await client.post(f"{ME}/email/confirmation")
        link = await token_for(runtime, owner.email)

        late = await middle.between(
            confirm(anonymous, link), reset_password(runtime, anonymous, owner)
        )

        assert late.status_code == 401
        assert late.json()["type"].endswith("/errors/credentials-changed")

    async def test_leaves_no_link_that_works(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        middle: Middle,
    ) -> None:
        """A link for another address, requested with the old password."""
        thief = f"{new_id()}@example.com"

        asked = await middle.between(
            change_email(client, thief), reset_password(runtime, anonymous, owner)
        )

        assert asked.status_code == 202
        link = await token_for(runtime, thief)
        assert (await confirm(anonymous, link, NEW)).status_code == 422

    async def test_brings_no_old_password_back(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person, middle: Middle
    ) -> None:
        """A hash with old parameters is renewed, but must not overwrite a new password."""
        old = await hash_of(runtime, owner)
        await set_hash(runtime, owner, old.replace("t=1", "t=2"))  # so that it is renewed
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(middle, "verify", _knows_it)

            late = await middle.between(
                log_in(anonymous, owner.email), reset_password(runtime, anonymous, owner)
            )

        assert late.status_code == 401
        assert (await log_in(anonymous, owner.email)).status_code == 401
        assert (await log_in(anonymous, owner.email, NEW)).status_code == 200


class TestARefreshUnderWay:
    async def test_comes_too_late(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()

        async with open_unit(runtime, owner.actor, None) as work:
            await SessionService(work).end_all_of(owner.user_id)
            waiting = await until_it_waits(runtime, refresh(anonymous, pair))

        assert (await waiting).status_code == 401


class TestManyAtOnce:
    async def test_none_survives(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await forget(anonymous, owner.email)
        token = await token_for(runtime, owner.email)

        *log_ins, done = await asyncio.gather(
            *(log_in(anonymous, owner.email) for _ in range(5)), reset(anonymous, token)
        )

        assert done.status_code == 204
        for each in log_ins:
            headers = bearer(each.json()) if each.status_code == 200 else {}
            assert (await anonymous.get(ME, headers=headers)).status_code == 401


async def _knows_it(password: str, _: str | None) -> bool:
    return password == PASSWORD


async def hash_of(runtime: Runtime, person: Person) -> str:
    query = text("SELECT password_hash FROM users WHERE id = :id")
    async with runtime.database.rw.connect() as connection:
        return str(await connection.scalar(query, {"id": person.user_id}))


async def set_hash(runtime: Runtime, person: Person, password_hash: str) -> None:
    statement = text("UPDATE users SET password_hash = :hash WHERE id = :id")
    values: dict[str, Any] = {"hash": password_hash, "id": person.user_id}
    async with runtime.database.rw.begin() as connection:
        await connection.execute(statement, values)
