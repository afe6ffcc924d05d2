"""Provider accounts: to whom they are linked, who sees them, and when they end."""

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.mail import mails_to, token_for
from tests.support.oidc_provider import Provider
from tests.support.people import PASSWORD, Person, create_tenant

from .oidc import OURS, Trip, person
from .oidc import confirm as confirm_in_database
from .test_auth import AUTH, bearer, log_in, registration
from .test_email_links import confirm
from .test_endings import change_address, reset_password

ME = "/api/v1/users/me"
IDENTITIES = f"{ME}/identities"


@pytest.fixture
def browser(oidc_browser: AsyncClient) -> AsyncClient:
    return oidc_browser


async def link(browser: AsyncClient, honest: Provider, runtime: Runtime, owner: Person) -> None:
    """Link the provider's account with the owner's address to the owner."""
    await confirm_in_database(runtime, owner)
    honest.person = person(email=owner.email)
    assert (await Trip(browser).make()).status_code == 303


class TestAPreparedAccount:
    """An attacker registered it, with somebody else's address."""

    async def test_is_not_handed_over_with_the_link_of_the_mail(
        self, browser: AsyncClient, honest: Provider, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        victim = f"{new_id()}@example.com"
        body = registration(email=victim)
        await anonymous.post(f"{AUTH}/register", json=body)
        honest.person = person(email=victim)

        clicked = await confirm(browser, await token_for(runtime, victim), None)
        arrived = await Trip(browser).make()

        assert clicked.status_code == 401
        assert "log in as the user" in clicked.json()["detail"].lower()
        assert arrived.status_code == 401

    async def test_does_not_get_the_address_with_the_link_of_the_mail(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        victim = f"{new_id()}@example.com"
        await client.post(f"{ME}/email", json={"email": victim, "password": PASSWORD})

        clicked = await confirm(anonymous, await token_for(runtime, victim), None)

        assert clicked.status_code == 401
        assert (await client.get(ME)).json()["email"] == owner.email

    async def test_is_not_confirmed_by_another_user(
        self, rival_client: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await client.post(f"{ME}/email/confirmation")

        clicked = await confirm(rival_client, await token_for(runtime, owner.email), None)

        assert clicked.status_code == 401

    async def test_becomes_its_owners_with_a_new_password(
        self, browser: AsyncClient, honest: Provider, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        body = registration()
        email = body["email"].lower()
        other = (await anonymous.post(f"{AUTH}/register", json=body)).json()
        me = (await anonymous.get(ME, headers=bearer(other))).json()
        honest.person = person(email=email)
        await anonymous.post(f"{AUTH}/forgot-password", json={"email": email})
        token = await token_for(runtime, email)

        reset = {"token": token, "password": "the owner's own words"}
        await anonymous.post(f"{AUTH}/reset-password", json=reset)
        await Trip(browser).make()

        assert (await browser.get(ME)).json()["id"] == me["id"]
        assert (await anonymous.get(ME, headers=bearer(other))).status_code == 401
        assert (await log_in(anonymous, email)).status_code == 401


class TestConfirmation:
    async def test_counts_for_the_log_in_that_asked_for_it(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await client.post(f"{ME}/email/confirmation")

        clicked = await confirm(client, await token_for(runtime, owner.email), None)

        assert clicked.status_code == 204
        assert (await client.get(ME)).json()["email_verified_at"] is not None

    async def test_of_another_address_keeps_that_log_in_and_no_other(
        self, anonymous: AsyncClient, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        pair = (await log_in(anonymous, owner.email)).json()
        email = f"{new_id()}@example.com"
        await client.post(f"{ME}/email", json={"email": email, "password": PASSWORD})

        await confirm(client, await token_for(runtime, email), None)

        assert (await client.get(ME)).json()["email"] == email
        assert (await anonymous.get(ME, headers=bearer(pair))).status_code == 401


class TestLinking:
    async def test_is_told_and_ends_the_log_ins_up_to_now(
        self,
        browser: AsyncClient,
        honest: Provider,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
    ) -> None:
        await link(browser, honest, runtime, owner)

        mail = (await mails_to(runtime, owner.email))[-1]
        assert mail.subject == "An account was linked"
        assert "your account at" in mail.text
        assert (await client.get(ME)).status_code == 401
        assert (await browser.get(ME)).json()["id"] == str(owner.user_id)

    async def test_is_nothing_that_happens_to_a_superuser(
        self, browser: AsyncClient, honest: Provider, runtime: Runtime
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        await confirm_in_database(runtime, superuser)
        honest.person = person(email=superuser.email)

        arrived = await Trip(browser).make()

        assert arrived.status_code == 401
        assert "superuser" in arrived.json()["detail"]

    @pytest.mark.parametrize(
        "email",
        [
            "ada@example.com\r\nBcc: eve@example.com",
            "Ada <ada@example.com>",
            "ada",
            "ada@example.com\u202e",
            ["ada@example.com"],
            True,
        ],
    )
    async def test_takes_no_address_that_is_none(
        self, browser: AsyncClient, honest: Provider, email: object
    ) -> None:
        honest.person = person(email=email)

        assert (await Trip(browser).make()).status_code == 401

    @pytest.mark.parametrize("subject", ["x" * 256, "a\r\nb", 7, ""])
    async def test_takes_no_subject_that_is_none(
        self, browser: AsyncClient, honest: Provider, subject: object
    ) -> None:
        honest.person = person(sub=subject)

        assert (await Trip(browser).make()).status_code == 401

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("Ada\r\nhttps://evil.example \u202eKing", "Ada https evil.example King"),
            ("\x00\u200b", None),
            (["Ada"], None),
            ("A" * 500, "A" * 120),
        ],
    )
    async def test_cleans_the_name(
        self, browser: AsyncClient, honest: Provider, name: object, kept: str | None
    ) -> None:
        honest.person = person(name=name)

        await Trip(browser).make()

        email = str(honest.person["email"])
        me = (await browser.get(ME)).json()
        assert me["full_name"] == (kept or email.partition("@")[0])


class TestIdentities:
    async def test_are_listed_with_where_they_are(
        self, browser: AsyncClient, honest: Provider, runtime: Runtime, owner: Person
    ) -> None:
        await link(browser, honest, runtime, owner)

        (listed,) = (await browser.get(IDENTITIES)).json()

        assert listed["email"] == owner.email
        assert listed["provider"] in ("ours", "other")
        assert listed["issuer"] == honest.issuer

    async def test_can_be_unlinked(
        self,
        browser: AsyncClient,
        honest: Provider,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
    ) -> None:
        await link(browser, honest, runtime, owner)
        elsewhere = (await log_in(anonymous, owner.email)).json()
        (listed,) = (await browser.get(IDENTITIES)).json()

        done = await browser.delete(f"{IDENTITIES}/{listed['id']}", headers=OURS)

        assert done.status_code == 204
        assert (await browser.get(IDENTITIES)).json()[0]["unlinked_at"] is not None
        assert (await anonymous.get(ME, headers=bearer(elsewhere))).status_code == 401
        assert (await mails_to(runtime, owner.email))[-1].subject == "An account was unlinked"

    async def test_that_were_unlinked_stay_so(
        self,
        browser: AsyncClient,
        honest: Provider,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
    ) -> None:
        """A log-in does not link them again, not even with the same address or after a reset."""
        await link(browser, honest, runtime, owner)
        url = f"{IDENTITIES}/{(await browser.get(IDENTITIES)).json()[0]['id']}"
        await browser.delete(url, headers=OURS)

        again = await Trip(browser).make()
        await reset_password(runtime, anonymous, owner)
        later = await Trip(browser).make()

        assert (again.status_code, later.status_code) == (401, 401)
        assert "unlinked" in again.json()["detail"]

    async def test_that_were_unlinked_can_be_linked_again(
        self, browser: AsyncClient, honest: Provider, runtime: Runtime, owner: Person
    ) -> None:
        await link(browser, honest, runtime, owner)
        url = f"{IDENTITIES}/{(await browser.get(IDENTITIES)).json()[0]['id']}"
        await browser.delete(url, headers=OURS)

        wrong = {"password": "not the password"}
        refused = await browser.post(f"{url}/link", json=wrong, headers=OURS)
        without = await Trip(browser).make()
        body = {"password": PASSWORD}
        done = await browser.post(f"{url}/link", json=body, headers=OURS)

        assert (refused.status_code, without.status_code) == (401, 401)
        assert done.status_code == 204
        assert (await mails_to(runtime, owner.email))[-1].subject == "An account was linked"
        assert (await Trip(browser).make()).status_code == 303

    async def test_of_others_are_out_of_reach(
        self,
        browser: AsyncClient,
        honest: Provider,
        rival_client: AsyncClient,
        runtime: Runtime,
        owner: Person,
    ) -> None:
        await link(browser, honest, runtime, owner)
        (listed,) = (await browser.get(IDENTITIES)).json()

        assert (await rival_client.get(IDENTITIES)).json() == []
        url = f"{IDENTITIES}/{listed['id']}"
        assert (await rival_client.delete(url)).status_code == 404
        body = {"password": PASSWORD}
        assert (await rival_client.post(f"{url}/link", json=body)).status_code == 404
        assert len((await browser.get(IDENTITIES)).json()) == 1

    async def test_are_kept_when_there_is_no_other_way_in(
        self, browser: AsyncClient, honest: Provider
    ) -> None:
        await Trip(browser).make()
        (listed,) = (await browser.get(IDENTITIES)).json()

        refused = await browser.delete(f"{IDENTITIES}/{listed['id']}", headers=OURS)

        assert refused.status_code == 409
        assert "Set a password" in refused.json()["detail"]

    @pytest.mark.parametrize("ending", [reset_password, change_address])
    async def test_end_with_a_reset_password_and_another_address(
        self,
        browser: AsyncClient,
        honest: Provider,
        anonymous: AsyncClient,
        runtime: Runtime,
        ending: object,
    ) -> None:
        """They may be those of an attacker, with another address."""
        owner = await create_tenant(runtime)
        await link(browser, honest, runtime, owner)
        honest.person["email"] = f"{new_id()}@example.com"
        pair = (await log_in(anonymous, owner.email)).json()
        again = Person(
            owner.user_id, owner.email, owner.tenant_id, owner.actor, pair["access_token"]
        )

        await ending(runtime, anonymous, again)  # type: ignore[operator]
        await Trip(browser).make()

        query = text("SELECT count(*) FROM identities WHERE user_id = :id")
        async with runtime.database.rw.connect() as connection:
            assert await connection.scalar(query, {"id": owner.user_id}) == 0
        assert (await browser.get(ME)).json()["id"] != str(owner.user_id)
