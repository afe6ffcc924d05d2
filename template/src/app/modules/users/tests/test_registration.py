"""Registration is open, by invitation or by domain; invitations work in each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from app.config import Settings
from app.core.runtime import Runtime
from app.kit.ids import new_id
from app.main import create_app
from tests.support.mail import mails_to, token_for
from tests.support.people import Person, create_tenant

from .test_auth import invite, log_in, registration

AUTH = "/api/v1/auth"


@asynccontextmanager
async def serving(settings: Settings, **auth: Any) -> AsyncIterator[tuple[AsyncClient, Runtime]]:
    changed = settings.auth.model_copy(update=auth)
    app = create_app(settings.model_copy(update={"auth": changed}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client, app.state.runtime
    await app.state.runtime.close()


def slug(answer: Any) -> str:
    return str(answer.json()["type"].split("/")[-1])


class TestByInvitation:
    async def test_refuses_others_and_takes_who_is_invited(
        self, settings: Settings, owner: Person
    ) -> None:
        async with serving(settings, registration="invited") as (client, runtime):
            refused = await client.post(f"{AUTH}/register", json=registration())
            created = await client.post(
                "/api/v1/tenants", json={"name": "Mine"}, headers=owner.headers
            )
            body = registration()
            await invite(client, owner, body["email"].lower())
            token = await token_for(runtime, body["email"].lower())
            accepted = await client.post(
                f"{AUTH}/accept-invitation",
                json={key: body[key] for key in ("email", "password", "full_name")}
                | {"token": token},
            )
            page = (await client.get("/register")).text

        assert (refused.status_code, slug(refused)) == (403, "registration-by-invitation")
        assert (created.status_code, slug(created)) == (403, "tenant-creation-closed")
        assert accepted.status_code == 201, accepted.text
        assert "<form" not in page


class TestByDomain:
    async def test_takes_confirmed_addresses_of_its_domains(self, settings: Settings) -> None:
        by_domain = {"registration": "domains", "registration_domains": ("acme.example",)}
        body = registration() | {"email": f"{new_id()}@ACME.example"}
        async with serving(settings, **by_domain) as (client, runtime):
            refused = await client.post(f"{AUTH}/register", json=registration())
            near = registration() | {"email": "a@evil-acme.example"}
            refused_too = await client.post(f"{AUTH}/register", json=near)
            registered = await client.post(f"{AUTH}/register", json=body)
            early = await log_in(client, body["email"], body["password"])
            token = await token_for(runtime, body["email"].lower())
            proof = {"token": token, "password": body["password"]}
            confirmed = await client.post(f"{AUTH}/confirm-email", json=proof)
            entered = await log_in(client, body["email"], body["password"])

        assert (refused.status_code, slug(refused)) == (403, "domain-not-allowed")
        assert "acme.example" in refused.json()["detail"]
        assert refused_too.status_code == 403
        assert (registered.status_code, registered.json()) == (
            202,
            {"confirm": body["email"].replace("ACME", "acme")},
        )
        assert (early.status_code, slug(early)) == (403, "confirmation-missing")
        assert (confirmed.status_code, entered.status_code) == (204, 200)

    async def test_takes_who_is_invited_from_elsewhere(
        self, settings: Settings, owner: Person
    ) -> None:
        by_domain = {"registration": "domains", "registration_domains": ("acme.example",)}
        body = registration()
        async with serving(settings, **by_domain) as (client, runtime):
            await invite(client, owner, body["email"])
            token = await token_for(runtime, body["email"].lower())
            accepted = await client.post(
                f"{AUTH}/accept-invitation",
                json={key: body[key] for key in ("email", "password", "full_name")}
                | {"token": token},
            )

        assert accepted.status_code == 201, accepted.text

    def test_needs_a_domain(self) -> None:
        with pytest.raises(ValueError, match="name a domain"):
            Settings.model_validate({"auth": {"registration": "domains"}})
        with pytest.raises(ValueError, match="a domain such as"):
            Settings.model_validate({"auth": {"registration_domains": "not a domain"}})


class TestAnotherTenant:
    async def test_is_its_creators_and_audited(self, client: AsyncClient, owner: Person) -> None:
        created = await client.post("/api/v1/tenants", json={"name": "Second"})
        me = (await client.get("/api/v1/users/me")).json()

        assert created.status_code == 201, created.text
        listed = (await client.get("/api/v1/tenants")).json()["items"]
        assert {each["id"] for each in listed} == {
            created.json()["id"],
            str(owner.tenant_id),
        }
        roles = {each["tenant_name"]: each["role"] for each in me["memberships"]}
        assert roles["Second"] == "owner"

    async def test_of_a_client_is_created_by_superusers_only(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        runtime: Runtime,
    ) -> None:
        boss = await create_tenant(runtime, is_superuser=True)
        email = f"{new_id()}@example.com"
        body = {"name": "Client", "owner_email": email}
        refused = await client.post("/api/v1/admin/tenants", json=body)

        created = await anonymous.post("/api/v1/admin/tenants", json=body, headers=boss.headers)

        assert refused.status_code == 403
        assert created.status_code == 201, created.text
        (mail,) = await mails_to(runtime, email)
        assert "Client" in mail.subject
        account = {"email": email, "password": "a long new password", "full_name": "Cleo"}
        accepted = await anonymous.post(
            f"{AUTH}/accept-invitation",
            json=account | {"token": created.json()["invitation"]["token"]},
        )
        assert accepted.status_code == 201, accepted.text
        headers = {"Authorization": f"Bearer {accepted.json()['access_token']}"}
        me = (await anonymous.get("/api/v1/users/me", headers=headers)).json()
        assert (me["role"], me["tenant_id"]) == ("owner", created.json()["id"])
