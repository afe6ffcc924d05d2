"""Ids are exactly `uuid.UUID`, not a subclass, because every library accepts that type."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select, text

from app.core.cache import TENANT, Cached
from app.core.events import Event
from app.core.jobs import job
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.repository import Repository

from .two_tenants import ALL_MODELS, TwoTenants

RAW = text("SELECT id, ARRAY[id, id] AS ids, ROW(id) AS one FROM tenants LIMIT 1")
KEPT = Cached("test.ids", dict[str, Any], keep=timedelta(minutes=1), whose=TENANT)


@dataclass(frozen=True)
class Noted(Event):
    name = "test.noted"

    row_id: UUID


@job(name="test.note")
async def note(work: UnitOfWork, row_id: UUID) -> None: ...


def ids_in(value: Any) -> Iterator[UUID]:
    """Yield the ids in rows, entities, records, dataclasses and collections."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, dict):
        yield from (each for pair in value.items() for part in pair for each in ids_in(part))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (each for part in value for each in ids_in(part))
    elif is_dataclass(value):
        yield from ids_in([getattr(value, field.name) for field in fields(value)])
    elif hasattr(value, "__dict__"):
        yield from ids_in([part for name, part in vars(value).items() if name[0] != "_"])


def kinds(value: Any) -> set[type[UUID]]:
    return {type(each) for each in ids_in(value)}


class TestIds:
    @pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)
    async def test_of_a_repository(self, two_tenants: TwoTenants, model: Any) -> None:
        row = await two_tenants.own_row(model.__table__)
        repository: Any = type("Anything", (Repository,), {"model": model})
        async with two_tenants.session() as session:
            rows = repository(session)
            alone = [await rows.get(row["id"]), (await rows.list(limit=5)).items]
            entities = [
                (await session.scalars(select(model).limit(5))).all(),
                list(map(tuple, await session.execute(select(model.id, model.tenant_id).limit(5)))),
                (await rows.page(rows.query(), limit=5, cursor=None)).items,
            ]
            within = [await rows.get(row["id"]), (await rows.list(limit=5)).items]

        assert [kinds(found) for found in (*alone, *entities, *within)] == [{UUID}] * 7

    async def test_of_raw_sql(self, two_tenants: TwoTenants) -> None:
        found = (await two_tenants.admin.execute(RAW)).one()

        assert kinds(tuple(found)) == {UUID}

    async def test_of_what_is_written(self, two_tenants: TwoTenants) -> None:
        """An id as text is accepted too, as in plain asyncpg."""
        given = str(two_tenants.own.tenant_id)
        asked = text("SELECT CAST(:given AS uuid)")

        assert await two_tenants.admin.scalar(asked, {"given": given}) == two_tenants.own.tenant_id

    async def test_of_events_jobs_and_the_cache(self, two_tenants: TwoTenants) -> None:
        """This holds for a tenant id that was read from the database too."""
        async with two_tenants.session() as session:
            tenant = await session.scalar(
                text("SELECT id FROM tenants").execution_options(raw_sql="the table of all tenants")
            )
        async with open_unit(
            two_tenants.runtime, two_tenants.own.actor, TenantContext(tenant)
        ) as work:
            event = Noted.from_payload(Noted(tenant).to_payload(), 1)
            run = note.shape.unpack(note.enqueued(tenant).arguments)
            work.publish(Noted(tenant))

            async def make() -> dict[str, Any]:
                return {"id": tenant, "ids": [tenant]}

            kept = await work.cache.remember(KEPT, tenant, make=make)
            written = orjson.dumps([tenant, run["row_id"], event.row_id])

        assert kinds([event, run]) == {UUID}
        assert orjson.loads(written) == [kept["id"]] * 3
