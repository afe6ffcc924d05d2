from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.core.audit import LogEntry
from app.core.auth import ANONYMOUS
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from tests.support.people import Person, add_member, create_tenant

from ..services import TenantService

URL = "/api/v1/tenants/current"


class TestSettings:
    async def test_begin_with_what_the_app_says_and_the_name(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        name = f"Größe {new_id().hex}"
        other = await create_tenant(runtime, name)

        read = (await client.get(URL, headers=other.headers)).json()

        assert read["slug"] == name.lower().replace("größe ", "grosse-")
        assert (read["time_zone"], read["language"], read["currency"]) == ("UTC", "en", "EUR")

    async def test_can_be_changed_each_for_itself(
        self, client: AsyncClient, work: UnitOfWork
    ) -> None:
        slug = f"t-{new_id().hex}"
        changes = {
            "slug": slug.upper(),
            "time_zone": "Europe/Berlin",
            "language": "DE",
            "currency": "chf",
        }

        for name, value in changes.items():
            assert (await client.patch(URL, json={name: value})).status_code == 200

        read = (await client.get(URL)).json()
        assert {name: read[name] for name in changes} == {
            "slug": slug,
            "time_zone": "Europe/Berlin",
            "language": "de",
            "currency": "CHF",
        }
        acts = await work.session.scalars(select(LogEntry.action))
        assert acts.all() == ["tenants.changed"] * 4

    @pytest.mark.parametrize(
        "change",
        [
            {"slug": ""},
            {"slug": "a"},
            {"slug": "a b"},
            {"slug": "a_b"},
            {"slug": "-ab"},
            {"slug": "ab-"},
            {"slug": "größe"},
            {"slug": "a" * 64},
            {"slug": "admin"},
            {"slug": "API"},
            {"slug": "xn--acme"},
            {"slug": None},
            {"time_zone": "Berlin"},
            {"time_zone": "europe/berlin"},
            {"time_zone": "../etc/passwd"},
            {"time_zone": "localtime"},
            {"time_zone": "+02:00"},
            {"language": "ja"},
            {"language": "english!"},
            {"language": "deu"},
            {"currency": "EU"},
            {"currency": "EURO"},
            {"currency": "XXX"},
            {"currency": "DEM"},
        ],
    )
    async def test_refuse_what_they_do_not_know(
        self, client: AsyncClient, change: dict[str, Any]
    ) -> None:
        answer = await client.patch(URL, json=change)

        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [
            f"/body/{next(iter(change))}"
        ]

    async def test_are_for_those_who_may_change_the_tenant(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        statuses = {}
        for role in (Role.MEMBER, Role.ADMIN):
            person = await add_member(runtime, owner, role)
            answer = await client.patch(
                URL, json={"slug": f"t-{new_id().hex}"}, headers=person.headers
            )
            statuses[role] = answer.status_code

        assert statuses == {Role.MEMBER: 403, Role.ADMIN: 200}


class TestSlug:
    async def test_is_one_tenants_only(
        self, client: AsyncClient, rival_client: AsyncClient
    ) -> None:
        slug = f"t-{new_id().hex}"
        first = await client.patch(URL, json={"slug": slug})
        again = await client.patch(URL, json={"slug": slug, "name": "Acme"})
        second = await rival_client.patch(URL, json={"slug": slug})

        assert (first.status_code, again.status_code, second.status_code) == (200, 200, 409)
        assert second.json()["type"].endswith("/errors/slug-taken")

    async def test_is_the_names_for_the_first_and_has_digits_for_the_next(
        self, client: AsyncClient, runtime: Runtime
    ) -> None:
        """The second one waits if the first is not committed yet."""
        name = f"shop {new_id().hex[-12:]}"
        base = name.replace(" ", "-")
        first = await create_tenant(runtime, name)
        second = await create_tenant(runtime, name)
        admin = await create_tenant(runtime, "Admin")

        slugs = [
            (await client.get(URL, headers=each.headers)).json()["slug"]
            for each in (first, second, admin)
        ]

        assert slugs[0] == base
        assert slugs[1].startswith(f"{base}-")
        assert slugs[2].startswith("admin-")

    async def test_finds_the_tenant_unless_it_is_suspended(
        self, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        name = f"shop-{new_id().hex[-12:]}"
        person = await create_tenant(runtime, name)
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)

        async def found() -> object:
            async with open_unit(runtime, ANONYMOUS, None) as work:
                tenant = await TenantService(work).find_by_slug(name.upper())
                return tenant and tenant.id

        assert await found() == person.tenant_id
        url = f"/api/v1/admin/tenants/{person.tenant_id}/suspend"
        await anonymous.post(url, headers=superuser.headers)
        assert await found() is None
