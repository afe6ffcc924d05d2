"""Values that could reveal another tenant: unique values, references, cursors, log lines."""

from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError

from app.kit.ids import new_id

from .report import Report
from .route_call import essence, open_client
from .routes import find_routes
from .two_tenants import ALL_MODELS, FOREIGN, TwoTenants, tenants_models

UNIQUE = [
    pytest.param(model, key, id=str(key.name))
    for model in ALL_MODELS
    for key in sorted(model.__table__.constraints, key=lambda key: str(key.name))
    if isinstance(key, UniqueConstraint)
]
REFERENCES = [
    pytest.param(model, key, id=str(key.name))
    for model in ALL_MODELS
    for key in sorted(model.__table__.foreign_key_constraints, key=lambda key: str(key.name))
    if "tenant_id" in key.referred_table.primary_key.columns
]


class TestUniqueValues:
    @pytest.mark.parametrize(("model", "key"), UNIQUE)
    async def test_of_another_tenant_are_free(
        self, two_tenants: TwoTenants, report: Report, model: Any, key: UniqueConstraint
    ) -> None:
        report.add(table=model.__tablename__)
        newcomer = await two_tenants.newcomer()
        theirs = await two_tenants.foreign_row(model.__table__)
        mine = await two_tenants.row_to_be(model.__table__, newcomer)
        same = {c.name: theirs[c.name] for c in key.columns if not c.foreign_keys}

        async with two_tenants.session_of(newcomer.context) as session:
            await session.execute(insert(model), [mine | same])
            await session.commit()


class TestReferences:
    @pytest.mark.parametrize(("model", "key"), REFERENCES)
    async def test_to_another_tenant_fail_as_those_to_nothing(
        self, two_tenants: TwoTenants, report: Report, model: Any, key: ForeignKeyConstraint
    ) -> None:
        report.add(table=model.__tablename__)
        theirs = await two_tenants.foreign_row(key.referred_table)
        columns = [name for name in key.column_keys if name != "tenant_id"]
        refusals = []
        for target in (theirs["id"], new_id()):
            row = await two_tenants.row_to_be(model.__table__, two_tenants.own)
            async with two_tenants.session() as session:
                with pytest.raises(IntegrityError) as refused:
                    await session.execute(insert(model), [row | dict.fromkeys(columns, target)])
            refusals.append(str(refused.value.orig).replace(str(target), "target"))

        assert refusals[0].splitlines()[0] == refusals[1].splitlines()[0]


class TestCursors:
    async def test_of_another_tenant_lead_nowhere(
        self, two_tenants: TwoTenants, report: Report
    ) -> None:
        for model in tenants_models():
            for _ in range(3):
                await two_tenants.foreign_row(model.__table__)
        lists = [route for route in find_routes(two_tenants.app) if "cursor" in route.query]
        for route in (route for route in lists if not route.variables):
            report.add(route=str(route))
            async with open_client(two_tenants, two_tenants.foreign) as client:
                page = (await client.get(route.path, params={"limit": 1})).json()
            async with open_client(two_tenants, two_tenants.own) as client:
                cursor = page.get("next_cursor")
                answer = await client.get(route.path, params={"cursor": cursor} if cursor else {})

            assert FOREIGN not in str(essence(answer))
            assert str(two_tenants.foreign.tenant_id) not in answer.text


class TestLogs:
    async def test_say_nothing_of_the_tenant_who_was_in_the_way(
        self, two_tenants: TwoTenants, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Neither refusals nor failures log the id in a path; they log its template."""
        ids = [await two_tenants.foreign_row(model.__table__) for model in tenants_models()]
        capsys.readouterr()
        async with open_client(two_tenants, two_tenants.own) as client:
            for route in find_routes(two_tenants.app):
                for row in ids if route.variables and route.body is None else ():
                    path = route.path.format(**dict.fromkeys(route.variables, row["id"]))
                    await client.request(route.method, path)
        written = capsys.readouterr().out

        assert "404" in written
        for secret in (FOREIGN, two_tenants.foreign.tenant_id, *(row["id"] for row in ids)):
            assert str(secret) not in written
