import asyncio
from dataclasses import replace

import pyotp
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.auth import Actor, Encrypter
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit import clock
from app.modules.users.jobs import reencrypt
from tests.support.mail import mails_to
from tests.support.people import PASSWORD, Person

from .test_auth import accept, bearer, invite, log_in, me

AUTH = "/api/v1/auth"
FACTOR = "/api/v1/users/me/second-factor"


class Device:
    def __init__(self, secret: str, recovery_codes: list[str]) -> None:
        self.totp = pyotp.TOTP(secret)
        self.recovery_codes = recovery_codes

    def code(self) -> str:
        return self.totp.at(clock.now())


async def set_up(client: AsyncClient, headers: dict[str, str] | None = None) -> Device:
    body = {"password": PASSWORD}
    secret = (await client.post(FACTOR, json=body, headers=headers)).json()["secret"]
    # Confirm with the previous code, so that the current one is still unused for the log-in.
    for _ in range(2):  # the clock's 30-second step may change between reading and using a code
        code = pyotp.TOTP(secret).at(clock.now(), counter_offset=-1)
        confirmed = await client.post(f"{FACTOR}/confirm", json={"code": code}, headers=headers)
        if confirmed.status_code == 200:
            break
    return Device(secret, confirmed.json()["recovery_codes"])


async def answer(client: AsyncClient, challenge: Response, code: str) -> Response:
    body = {"challenge": challenge.json()["challenge"], "code": code}
    return await client.post(f"{AUTH}/second-factor", json=body)


async def remove(client: AsyncClient, code: str, password: str = PASSWORD) -> Response:
    return await client.post(f"{FACTOR}/remove", json={"password": password, "code": code})


class TestSetUp:
    async def test_is_not_in_force_before_its_first_code(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        body = {"password": PASSWORD}

        issued = await client.post(FACTOR, json=body)
        wrong = await client.post(f"{FACTOR}/confirm", json={"code": "000000"})

        assert issued.status_code == 201
        assert issued.json()["uri"].startswith("otpauth://totp/")
        assert wrong.status_code == 401
        assert (await log_in(anonymous, owner.email)).status_code == 200

    async def test_needs_the_password(self, client: AsyncClient) -> None:
        answer = await client.post(FACTOR, json={"password": "not the password"})

        assert answer.status_code == 401

    async def test_stores_no_readable_secret(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        device = await set_up(client)

        async with runtime.database.rw.connect() as connection:
            query = "SELECT f::text FROM second_factors f WHERE user_id = :id"
            row = str(await connection.scalar(text(query), {"id": owner.user_id}))
        assert device.totp.secret not in row

    async def test_is_told_and_can_be_removed(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        device = await set_up(client)
        again = await client.post(FACTOR, json={"password": PASSWORD})
        state = (await client.get(FACTOR)).json()
        removed = await remove(client, device.code())

        assert again.status_code == 409
        assert state == {"is_on": True, "recovery_codes_left": 10}
        assert removed.status_code == 204
        assert (await log_in(anonymous, owner.email)).status_code == 200
        subjects = [mail.subject for mail in await mails_to(runtime, owner.email)]
        assert subjects == ["A second factor was added", "Your second factor was removed"]


class TestLogIn:
    async def test_answers_a_challenge_that_the_device_solves(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        device = await set_up(client)

        challenge = await log_in(anonymous, owner.email)
        entered = await answer(anonymous, challenge, device.code())

        assert challenge.status_code == 202
        assert set(challenge.json()) == {"challenge", "expires_in"}
        assert entered.status_code == 200
        assert (await me(anonymous, entered.json()))["tenant_id"] == str(owner.tenant_id)

    async def test_gives_no_access_for_the_challenge_itself(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        await set_up(client)
        token = (await log_in(anonymous, owner.email)).json()["challenge"]

        headers = bearer({"access_token": token})

        assert (await anonymous.get("/api/v1/users/me", headers=headers)).status_code == 401

    async def test_takes_a_code_once_even_at_the_same_time(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        device = await set_up(client)
        challenge = await log_in(anonymous, owner.email)
        code = device.code()

        answers = await asyncio.gather(*(answer(anonymous, challenge, code) for _ in range(3)))

        assert sorted(each.status_code for each in answers) == [200, 401, 401]

    async def test_takes_a_recovery_code_once(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        code = (await set_up(client)).recovery_codes[3]
        challenge = await log_in(anonymous, owner.email)

        first = await answer(anonymous, challenge, code.upper())
        second = await answer(anonymous, challenge, code)

        assert (first.status_code, second.status_code) == (200, 401)
        assert (await client.get(FACTOR)).json()["recovery_codes_left"] == 9

    async def test_stops_who_guesses(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        device = await set_up(client)
        challenge = await log_in(anonymous, owner.email)

        wrong = [(await answer(anonymous, challenge, "abcdef")).status_code for _ in range(5)]
        right = await answer(anonymous, challenge, device.code())

        assert wrong == [401] * 5
        assert right.status_code == 429
        assert 800 < int(right.headers["retry-after"]) <= 900

    async def test_is_not_passed_by_through_an_invitation(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person, rival: Person
    ) -> None:
        await set_up(client)

        entered = await accept(anonymous, await invite(anonymous, rival, owner.email), owner.email)

        assert entered.status_code == 202

    async def test_refuses_forged_challenges(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        body = {"challenge": owner.token, "code": "123456"}

        assert (await anonymous.post(f"{AUTH}/second-factor", json=body)).status_code == 401


class TestRemoval:
    """Renewing the recovery codes needs them too, because a code could remove the factor."""

    @pytest.mark.parametrize("path", ["remove", "recovery-codes"])
    async def test_takes_more_than_the_password(self, client: AsyncClient, path: str) -> None:
        await set_up(client)
        url = f"{FACTOR}/{path}"

        without = await client.post(url, json={"password": PASSWORD})
        wrong = await client.post(url, json={"password": PASSWORD, "code": "000000"})

        assert (without.status_code, wrong.status_code) == (422, 401)
        assert (await client.get(FACTOR)).json() == {"is_on": True, "recovery_codes_left": 10}

    async def test_takes_the_password_too(self, client: AsyncClient) -> None:
        device = await set_up(client)

        answer = await remove(client, device.code(), "not the password")

        assert answer.status_code == 401
        assert (await client.get(FACTOR)).json()["is_on"] is True

    async def test_takes_a_recovery_code(self, client: AsyncClient) -> None:
        device = await set_up(client)

        answer = await remove(client, device.recovery_codes[0])

        assert answer.status_code == 204
        assert (await client.get(FACTOR)).json()["is_on"] is False

    async def test_stops_who_guesses(self, client: AsyncClient) -> None:
        device = await set_up(client)

        wrong = [(await remove(client, "abcdef")).status_code for _ in range(5)]
        right = await remove(client, device.code())

        assert wrong == [401] * 5
        assert right.status_code == 429

    async def test_of_none_is_not_found(self, client: AsyncClient) -> None:
        assert (await remove(client, "000000")).status_code == 404


class TestRecoveryCodes:
    async def test_can_be_renewed(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        device = await set_up(client)
        old = device.recovery_codes[0]

        body = {"password": PASSWORD, "code": device.code()}
        renewed = await client.post(f"{FACTOR}/recovery-codes", json=body)

        challenge = await log_in(anonymous, owner.email)
        assert (await answer(anonymous, challenge, old)).status_code == 401
        new = renewed.json()["recovery_codes"][0]
        assert (await answer(anonymous, challenge, new)).status_code == 200


class TestReencrypt:
    async def test_frees_the_previous_secret(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        device = await set_up(client)
        old = Encrypter("old" * 20)
        values = {
            "encrypted": old.encrypt(device.totp.secret),
            "key": old.key_id,
            "id": owner.user_id,
        }
        statement = (
            "UPDATE second_factors SET sealed_secret = :encrypted, key_id = :key"
            " WHERE user_id = :id"
        )
        async with runtime.database.rw.begin() as connection:
            await connection.execute(text(statement), values)
        current = runtime.settings.secret_key.get_secret_value()
        encrypter = Encrypter("new" * 20, previous=["old" * 20, current])
        rotated = replace(runtime, encrypter=encrypter)

        async with open_unit(rotated, Actor.system(), None) as work:
            await reencrypt.run(work)

        async with runtime.database.rw.begin() as connection:
            query = "SELECT sealed_secret FROM second_factors WHERE user_id = :id"
            encrypted = str(await connection.scalar(text(query), {"id": owner.user_id}))
            await connection.execute(text("DELETE FROM second_factors"))
        assert Encrypter("new" * 20).decrypt(encrypted) == device.totp.secret
