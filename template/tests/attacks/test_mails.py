"""E-mails to people without an account contain only our own words: text of users leads nowhere.

The names are hostile and already in the database, because older schemas accepted such names.
"""

import re
from typing import Any, cast

import pyotp
import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.core.mail import Email, MemoryMailer
from app.core.runtime import Runtime
from app.kit import clock
from app.kit.ids import new_id
from app.kit.texts import plain
from tests.support.mail import deliver, token_for
from tests.support.people import PASSWORD, Person

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
FACTOR = f"{ME}/second-factor"
HOSTILE = (
    "your account is locked.\r\n\r\nSee https://evil.example/unlock \u202e now"
    " or www.evil.example\n\nRegards, Support"
)
EXPECTED = {
    "A second factor was added",
    "Choose a new password",
    "Confirm your e-mail address",
    "Your e-mail address was changed",
    "Your password was changed",
    "Your second factor was removed",
}
HREF = re.compile(r'href="([^"]*)"')


@pytest.fixture
async def hostile(runtime: Runtime, owner: Person) -> Person:
    async with runtime.database.admin.begin() as connection:
        values: dict[str, Any] = {"name": HOSTILE, "id": owner.user_id}
        await connection.execute(text("UPDATE users SET full_name = :name WHERE id = :id"), values)
        values = {"name": HOSTILE, "id": owner.tenant_id}
        await connection.execute(text("UPDATE tenants SET name = :name WHERE id = :id"), values)
    return owner


def sent(runtime: Runtime) -> list[Email]:
    return cast(MemoryMailer, runtime.mailer).sent


async def ask_for_every_mail(client: AsyncClient, runtime: Runtime, email: str) -> None:
    proof = {"password": PASSWORD}
    await client.post(f"{ME}/email/confirmation")
    secret = (await client.post(FACTOR, json=proof)).json()["secret"]
    code = pyotp.TOTP(secret).at(clock.now())
    codes = (await client.post(f"{FACTOR}/confirm", json={"code": code})).json()["recovery_codes"]
    await client.post(f"{FACTOR}/remove", json={**proof, "code": codes[0]})
    await client.post("/api/v1/tenants/current/invitations", json={"email": email})
    body = {"current_password": PASSWORD, "new_password": f"{PASSWORD} again"}
    await client.put(f"{ME}/password", json=body)
    await client.post(f"{ME}/email", json={"email": email, "password": f"{PASSWORD} again"})
    await client.post(f"{AUTH}/confirm-email", json={"token": await token_for(runtime, email)})
    await client.post(f"{AUTH}/forgot-password", json={"email": email})
    await deliver(runtime)


async def test_no_mail_carries_the_words_of_others_as_its_own(
    client: AsyncClient, runtime: Runtime, hostile: Person
) -> None:
    email = f"{new_id()}@example.com"
    await ask_for_every_mail(client, runtime, email)

    mails = [each for each in sent(runtime) if each.to in (hostile.email, email)]

    invitations = {each.subject for each in mails if each.subject.startswith("Work for")}
    assert {each.subject for each in mails} == EXPECTED | invitations
    assert len(invitations) == 1
    pages = runtime.settings.pages_url
    for mail in mails:
        assert all(link.startswith(f"{pages}/") for link in HREF.findall(mail.html)), mail.html
        assert "evil.example" not in mail.text + mail.subject + mail.html  # programs would link it
        assert "\n\nSee" not in mail.text
        assert "\u202e" not in mail.text + mail.subject
        assert "\n" not in mail.subject
        message = mail.message(sender="no-reply@example.com")
        assert message["subject"] == plain(mail.subject)


class TestHowMany:
    @pytest.mark.parametrize("path", ["forgot-password", "email", "confirmation", "invitations"])
    async def test_mails_to_one_address(
        self, client: AsyncClient, runtime: Runtime, owner: Person, path: str
    ) -> None:
        email = f"{new_id()}@example.com"
        asks = {
            "forgot-password": (f"{AUTH}/forgot-password", {"email": email.upper()}),
            "email": (f"{ME}/email", {"email": email, "password": PASSWORD}),
            "confirmation": (f"{ME}/email/confirmation", {}),
            "invitations": ("/api/v1/tenants/current/invitations", {"email": email}),
        }
        url, body = asks[path]

        answers = [await client.post(url, json=body) for _ in range(22)]

        assert [each.status_code // 100 for each in answers] == [2] * 20 + [4] * 2
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) > 0

    @pytest.mark.slow
    async def test_mails_of_one_tenant(
        self, client: AsyncClient, rival_client: AsyncClient, runtime: Runtime
    ) -> None:
        url = "/api/v1/tenants/current/invitations"
        statuses = set()
        for number in range(303):
            body = {"email": f"{number}-{new_id()}@example.com"}
            statuses.add((await client.post(url, json=body)).status_code)
        last = await client.post(url, json={"email": f"{new_id()}@example.com"})
        others = await rival_client.post(url, json={"email": f"{new_id()}@example.com"})

        assert statuses == {201, 429}
        assert (last.status_code, others.status_code) == (429, 201)

    async def test_one_kind_leaves_the_others(
        self, anonymous: AsyncClient, client: AsyncClient, owner: Person
    ) -> None:
        url = "/api/v1/tenants/current/invitations"
        for _ in range(22):
            await client.post(url, json={"email": owner.email})

        asked = await anonymous.post(f"{AUTH}/forgot-password", json={"email": owner.email})

        assert asked.status_code == 202
