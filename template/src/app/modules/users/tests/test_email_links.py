"""E-mails prove that somebody reads the mail of an address."""

import asyncio
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.mail import mails_to, token_for
from tests.support.people import PASSWORD, Person

from .test_auth import accept, bearer, invite, log_in, me, refresh, registration

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
NEW = "another long password"


async def confirm(client: AsyncClient, token: str, password: str | None = PASSWORD) -> Response:
    """Confirm with the password, or as the user who is logged in."""
    body = {"token": token, "password": password}
    return await client.post(f"{AUTH}/confirm-email", json=body)


async def forget(client: AsyncClient, email: str) -> Response:
    return await client.post(f"{AUTH}/forgot-password", json={"email": email})


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    return await client.post(f"{AUTH}/reset-password", json={"token": token, "password": password})


async def change_email(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post(f"{ME}/email", json={"email": email, "password": password})


async def age(runtime: Runtime, user_id: UUID) -> None:
    statement = "UPDATE one_time_tokens SET expires_at = now() WHERE user_id = :id"
    async with runtime.database.rw.begin() as connection:
        await connection.execute(text(statement), {"id": user_id})


class TestConfirmation:
    async def test_follows_registration(self, anonymous: AsyncClient, runtime: Runtime) -> None:
        body = registration()
        pair = (await anonymous.post(f"{AUTH}/register", json=body)).json()
        before = await me(anonymous, pair)

        answer = await confirm(anonymous, await token_for(runtime, body["email"].lower()))

        assert answer.status_code == 204
        assert before["email_verified_at"] is None
        assert (await me(anonymous, pair))["email_verified_at"] is not None

    async def test_can_be_asked_for_again(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        asked = await client.post(f"{ME}/email/confirmation")
        first = await token_for(runtime, owner.email)
        await client.post(f"{ME}/email/confirmation")
        second = await token_for(runtime, owner.email)

        assert asked.status_code == 202
        assert (await confirm(anonymous, first)).status_code == 422
        assert (await confirm(anonymous, second)).status_code == 204

    async def test_keeps_only_the_hash_of_its_secret(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await client.post(f"{ME}/email/confirmation")
        token = await token_for(runtime, owner.email)

        async with runtime.database.rw.connect() as connection:
            query = "SELECT t::text FROM one_time_tokens t WHERE user_id = :id"
            row = await connection.scalar(text(query), {"id": owner.user_id})
        assert token not in str(row)


class TestEmailChange:
    async def test_happens_when_the_new_address_confirms(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        email = f"{new_id()}@example.com"

        asked = await change_email(client, email.upper())
        before = (await client.get(ME)).json()["email"]
        confirmed = await confirm(anonymous, await token_for(runtime, email))

        assert (asked.status_code, confirmed.status_code) == (202, 204)
        assert before == owner.email
        pair = (await log_in(anonymous, email)).json()
        assert (await me(anonymous, pair))["email"] == email
        assert (await log_in(anonymous, owner.email)).status_code == 401

    async def test_is_told_to_the_old_address(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        email = f"{new_id()}@example.com"
        await change_email(client, email)
        await confirm(anonymous, await token_for(runtime, email))

        mail = (await mails_to(runtime, owner.email))[-1]

        assert mail.subject == "Your e-mail address was changed"

    async def test_needs_the_password(self, client: AsyncClient) -> None:
        answer = await change_email(client, f"{new_id()}@example.com", "not the password")

        assert answer.status_code == 401

    async def test_does_not_tell_whose_an_address_is(
        self, client: AsyncClient, runtime: Runtime, rival: Person
    ) -> None:
        answer = await change_email(client, rival.email)

        assert answer.status_code == 202
        assert await mails_to(runtime, rival.email) == []

    async def test_comes_too_late_when_the_address_was_taken(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime
    ) -> None:
        email = f"{new_id()}@example.com"
        await change_email(client, email)
        token = await token_for(runtime, email)
        await anonymous.post(f"{AUTH}/register", json=registration(email=email))

        answer = await confirm(anonymous, token)

        assert answer.status_code == 409


class TestPasswordReset:
    async def test_sets_a_new_password_and_ends_all_log_ins(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        await forget(anonymous, owner.email.upper())

        answer = await reset(anonymous, await token_for(runtime, owner.email))

        assert answer.status_code == 204
        assert (await refresh(anonymous, pair)).status_code == 401
        assert (await anonymous.get(ME, headers=bearer(pair))).status_code == 401
        assert (await log_in(anonymous, owner.email)).status_code == 401
        assert (await log_in(anonymous, owner.email, NEW)).status_code == 200
        assert (await mails_to(runtime, owner.email))[-1].subject == "Your password was changed"

    async def test_answers_the_same_for_unknown_addresses(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        nobody = f"{new_id()}@example.com"

        known = await forget(anonymous, owner.email)
        unknown = await forget(anonymous, nobody)

        assert known.status_code == unknown.status_code == 202
        assert known.content == unknown.content
        assert await mails_to(runtime, nobody) == []
        assert len(await mails_to(runtime, owner.email)) == 1

    async def test_works_once_even_at_the_same_time(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await forget(anonymous, owner.email)
        token = await token_for(runtime, owner.email)

        attempts = [reset(anonymous, token, f"{NEW} {number}") for number in range(5)]
        answers = await asyncio.gather(*attempts)

        assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422, 422]

    async def test_works_for_an_hour(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await forget(anonymous, owner.email)
        token = await token_for(runtime, owner.email)
        await age(runtime, owner.user_id)

        assert (await reset(anonymous, token)).status_code == 422

    async def test_lets_a_weak_password_be_followed_by_a_better_one(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await forget(anonymous, owner.email)
        token = await token_for(runtime, owner.email)

        weak = await reset(anonymous, token, "password1")
        better = await reset(anonymous, token)

        assert (weak.status_code, better.status_code) == (422, 204)

    async def test_takes_no_token_of_another_purpose(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await client.post(f"{ME}/email/confirmation")
        token = await token_for(runtime, owner.email)

        assert (await reset(anonymous, token)).status_code == 422

    async def test_is_over_when_the_address_changed_meanwhile(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await forget(anonymous, owner.email)
        token = await token_for(runtime, owner.email)
        email = f"{new_id()}@example.com"
        await change_email(client, email)
        await confirm(anonymous, await token_for(runtime, email))

        assert (await reset(anonymous, token)).status_code == 422


class TestInvitation:
    async def test_is_mailed_and_proves_the_address(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        email = f"{new_id()}@example.com"
        await invite(anonymous, owner, email)

        answer = await accept(anonymous, await token_for(runtime, email), email)

        assert answer.status_code == 201
        assert (await me(anonymous, answer.json()))["email_verified_at"] is not None

    async def test_that_was_handed_over_proves_no_address(
        self, anonymous: AsyncClient, owner: Person
    ) -> None:
        email = f"{new_id()}@example.com"

        answer = await accept(anonymous, await invite(anonymous, owner, email), email)

        assert (await me(anonymous, answer.json()))["email_verified_at"] is None

    async def test_is_for_one_of_its_tokens_and_one_address(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        email = f"{new_id()}@example.com"
        shown = await invite(anonymous, owner, email)
        mailed = await token_for(runtime, email)

        other = await accept(anonymous, mailed, f"{new_id()}@example.com")
        first = await accept(anonymous, mailed, email)
        second = await accept(anonymous, shown, email)

        assert [a.status_code for a in (other, first, second)] == [422, 201, 422]
