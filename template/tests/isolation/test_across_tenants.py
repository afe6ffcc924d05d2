"""The ways across tenants that are there on purpose: who may take them, and what they leave."""

import json
from typing import Any

import asyncpg
import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.core.audit import AuditEntry
from app.core.auth import ANONYMOUS, Actor
from app.core.errors import Forbidden, Unauthenticated
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from app.modules.tenants import Tenant, TenantCreated
from app.modules.tenants.services import TenantLifecycle
from tests.support.people import Person
from tests.support.samples import add

from .report import Report
from .samples import Label
from .test_elsewhere import known
from .two_tenants import OWN, TABLES_WITH_TENANTS, TwoTenants, tenants_models

EVIL = [
    "SET ROLE app_admin",
    "SET ROLE app_owner",
    "SET SESSION AUTHORIZATION app_admin",
    "ALTER TABLE sample_labels DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE sample_labels NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY tenant_isolation ON sample_labels",
    "CREATE POLICY more ON sample_labels USING (true)",
    "TRUNCATE sample_labels CASCADE",
    "SET row_security = off; SELECT * FROM sample_labels",
    "CREATE TABLE mine AS SELECT * FROM sample_labels",
    "COPY sample_labels TO PROGRAM 'cat'",
]

INSUFFICIENT_PRIVILEGE = "42501"
"""The SQLSTATE, because the message depends on PostgreSQL's version."""


class TestBypass:
    @pytest.mark.parametrize("flag", [False, None, 1, "yes"])
    async def test_is_asked_for_in_so_many_words(self, two_tenants: TwoTenants, flag: Any) -> None:
        async with open_unit(two_tenants.runtime, Actor.operator(), None) as work:
            with pytest.raises(ValueError, match="bypass_tenant=True"):
                async with work.across_tenants(bypass_tenant=flag, reason="a test"):
                    pass

    @pytest.mark.parametrize("reason", ["", "  "])
    async def test_has_a_reason(self, two_tenants: TwoTenants, reason: str) -> None:
        async with open_unit(two_tenants.runtime, Actor.operator(), None) as work:
            with pytest.raises(ValueError, match="the reason"):
                async with work.across_tenants(bypass_tenant=True, reason=reason):
                    pass

    async def test_is_for_superusers(self, two_tenants: TwoTenants) -> None:
        for actor, refusal in (
            (ANONYMOUS, Unauthenticated),
            (two_tenants.own.actor, Forbidden),
            (Actor.system(two_tenants.own.tenant_id), Forbidden),
        ):
            work = UnitOfWork(two_tenants.runtime, actor, two_tenants.own.context)
            with pytest.raises(refusal):
                async with work.across_tenants(bypass_tenant=True, reason="a test"):
                    pass
            await work.close()

    async def test_leaves_an_entry_or_nothing_at_all(self, two_tenants: TwoTenants) -> None:
        label = await two_tenants.foreign_row(Label.__table__)
        reasons = [f"{outcome} {new_id()}" for outcome in ("done", "failed")]
        for reason in reasons:
            async with open_unit(two_tenants.runtime, Actor.operator(), None) as work:
                try:
                    async with work.across_tenants(bypass_tenant=True, reason=reason) as across:
                        changed = update(Label).where(Label.id == label["id"])
                        await across.session.execute(changed.values(name=reason))
                        if reason.startswith("failed"):
                            raise LookupError
                except LookupError:
                    pass

        entries = select(AuditEntry.reason).where(AuditEntry.reason.in_(reasons))
        name = select(Label.name).where(Label.id == label["id"])
        assert (await two_tenants.admin.execute(entries)).scalars().all() == reasons[:1]
        assert await two_tenants.admin.scalar(name) == reasons[0]

    async def test_has_a_session_of_its_own(self, two_tenants: TwoTenants) -> None:
        """Rows that it loads must not enter the request's identity map."""
        async with open_unit(
            two_tenants.runtime, Actor.operator(), two_tenants.own.context
        ) as work:
            async with work.across_tenants(bypass_tenant=True, reason="a test") as across:
                seen = await across.session.scalar(select(func.count(Tenant.id)))
                role = await across.session.scalar(text("SELECT current_user"))
                assert across.session is not work.session
            assert (seen or 0) > 1
            assert role == "app_admin"


class TestServingRole:
    @pytest.mark.parametrize("statement", EVIL)
    async def test_cannot_remove_a_layer(
        self, two_tenants: TwoTenants, report: Report, statement: str
    ) -> None:
        """Run SQL that an attacker might inject."""
        report.add()
        async with two_tenants.runtime.database.rw.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            with pytest.raises(asyncpg.PostgresError) as refused:
                await driver.execute(statement)
            assert refused.value.sqlstate == INSUFFICIENT_PRIVILEGE


class TestTenants:
    async def test_are_changed_by_themselves_only(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        """Everyone may read the table, because log-in does."""
        report.add(table="tenants")
        foreign = two_tenants.foreign.tenant_id
        async with two_tenants.session() as session:
            assert await session.get(Tenant, foreign) is not None
            for statement in (
                update(Tenant).values(name="mine"),
                update(Tenant).where(Tenant.id == foreign).values(name="mine"),
                delete(Tenant).where(Tenant.id == foreign),
            ):
                await session.execute(statement)
            await session.commit()

        found = await two_tenants.admin.execute(
            select(Tenant.__table__).where(Tenant.id == foreign)
        )
        assert found.mappings().one()["name"] == "foreign0"

    async def test_are_created_by_themselves_only(self, two_tenants: TwoTenants) -> None:
        async with two_tenants.session() as session:
            session.add(Tenant(id=new_id(), name="not mine"))
            with pytest.raises(DBAPIError, match="row-level security"):
                await session.flush()

    async def test_are_not_renamed_without_a_tenant(self, two_tenants: TwoTenants) -> None:
        async with two_tenants.session_of(None) as session:
            await session.execute(update(Tenant).values(name="nobody's"))
            await session.commit()

        names = (await two_tenants.admin.execute(select(Tenant.name))).scalars().all()
        assert "nobody's" not in names


class TestLifecycle:
    async def test_deletes_one_and_leaves_the_other_as_it_is(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        leaving, staying = await self._full(two_tenants), await self._full(two_tenants)
        before = await everything(two_tenants, staying)

        async with open_unit(two_tenants.runtime, Actor.operator(), None) as work:
            await TenantLifecycle(work).delete(leaving.tenant_id)

        assert set((await everything(two_tenants, leaving)).values()) == {""}
        assert await everything(two_tenants, staying) == before
        assert "" not in [before[model.__tablename__] for model in tenants_models()]
        report.add()

    async def test_exports_one_and_nothing_of_the_other(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        leaving, staying = await self._full(two_tenants), await self._full(two_tenants)
        async with open_unit(two_tenants.runtime, Actor.operator(), None) as work:
            lines = [line async for line in await TenantLifecycle(work).export(leaving.tenant_id)]
        rows = [json.loads(line) for line in lines]

        assert {row["table"] for row in rows} == {
            "tenants",
            *(model.__tablename__ for model in tenants_models()),
        }
        assert str(staying.tenant_id) not in b"".join(lines).decode()
        for table in {row["table"] for row in rows} - {"tenants"}:
            count = len([row for row in rows if row["table"] == table])
            assert count == await two_tenants.count(table, leaving.tenant_id)
        report.add()

    async def _full(self, two_tenants: TwoTenants) -> Person:
        """Return the owner of a tenant with rows in every table, a job, an event and a session."""
        person = await two_tenants.newcomer()
        for model in tenants_models():
            await two_tenants.row_of(model.__table__, person, OWN)
        async with open_unit(known(two_tenants), person.actor, person.context) as work:
            work.enqueue(add, counter=new_id())
            work.publish(TenantCreated(person.tenant_id))
        return person


async def everything(two_tenants: TwoTenants, person: Person) -> dict[str, str]:
    """Return all data of the tenant, including jobs, events and sessions."""
    tables = [*TABLES_WITH_TENANTS, "procrastinate_jobs"]
    return {table: await two_tenants.dump(table, person.tenant_id) for table in tables}
