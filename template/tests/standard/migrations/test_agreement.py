"""Models, schemas and database agree on every field, in every module of this project."""

import asyncio
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import CheckConstraint, Column, MetaData, Numeric, String, Table

from app.cli._agreement import _of_schema, find_disagreements
from app.core.module import find_modules
from app.database.embedded import DatabaseUrls
from app.database.engine import create_engine
from app.database.schema.drift import find_drift


def test_schemas_let_through_what_the_tables_take() -> None:
    find_modules()

    found = find_disagreements()

    assert not found, "\n".join(map(str, found))


def test_the_database_is_as_the_models_say(migrated: DatabaseUrls) -> None:
    found = drift(migrated)

    assert not found, 'make migration m="…" writes the change:\n' + "\n".join(found)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            "ALTER TABLE event_deliveries DROP CONSTRAINT ck_event_deliveries_known_status",
            "known",
        ),
        ("ALTER TABLE event_deliveries ADD CONSTRAINT few CHECK (attempts < 3)", "few"),
        ("ALTER TABLE tenants ALTER COLUMN name SET DEFAULT 'Acme'", "tenants.name"),
        ("ALTER TABLE tenants ALTER COLUMN name TYPE varchar(10)", "tenants.name"),
    ],
)
def test_a_database_that_was_changed_by_hand_is_noticed(
    migrated: DatabaseUrls, change: str, named: str
) -> None:
    owner_runs(migrated, change)

    [found] = drift(migrated)

    assert named in found


Status = Literal["draft", "sent"]


class Fits(BaseModel):
    status: Status = "draft"
    code: Annotated[str, StringConstraints(max_length=5)]
    total: Annotated[Decimal, Field(max_digits=6, decimal_places=2)] | None = None


class MoreValues(BaseModel):
    status: Literal["draft", "sent", "void"]


class OtherDefault(BaseModel):
    status: Status = "void"  # type: ignore[assignment]  # the violation


class TooLong(BaseModel):
    code: Annotated[str, StringConstraints(max_length=6)] | None = None


class TooManyPlaces(BaseModel):
    total: Annotated[Decimal, Field(max_digits=6, decimal_places=3)] | None = None


class TooManyDigits(BaseModel):
    total: Annotated[Decimal, Field(max_digits=7, decimal_places=2)]


class FewerValues(BaseModel):
    status: Literal["draft"]


TABLE = Table(
    "orders",
    MetaData(),
    Column("status", String(40)),
    Column("code", String(5)),
    Column("total", Numeric(6, 2)),
    CheckConstraint("status IN ('draft', 'sent')"),
)
WRONG = (MoreValues, OtherDefault, TooLong, TooManyPlaces, TooManyDigits)


def said_of(name: str, schema: type[BaseModel]) -> list[Any]:
    return list(_of_schema(type(name, (schema,), {}), TABLE))


@pytest.mark.parametrize("schema", WRONG)
@pytest.mark.parametrize("name", ["OrderCreate", "OrderChange"])
def test_a_schema_that_lets_more_through_is_noticed(name: str, schema: type[BaseModel]) -> None:
    assert len(said_of(name, schema)) == 1


@pytest.mark.parametrize("name", ["OrderCreate", "OrderChange", "OrderRead"])
def test_a_schema_that_fits_is_fine(name: str) -> None:
    assert said_of(name, Fits) == []


def test_a_schema_that_cannot_show_a_value_is_noticed() -> None:
    assert len(said_of("OrderRead", FewerValues)) == 1
    assert said_of("OrderCreate", FewerValues) == []


def drift(urls: DatabaseUrls) -> list[str]:
    async def ask() -> list[str]:
        engine = create_engine(urls.owner_url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(find_drift)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def owner_runs(urls: DatabaseUrls, statement: str) -> None:
    async def run() -> None:
        engine = create_engine(urls.owner_url)
        async with engine.begin() as connection:
            await connection.exec_driver_sql(statement)
        await engine.dispose()

    asyncio.run(run())
