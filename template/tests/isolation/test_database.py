"""Check the tables of this project, as PostgreSQL has them and as its models describe them."""

from sqlalchemy import Index, Table, UniqueConstraint

from app.database.base import Base
from app.database.schema.guarantees import find_in_database, find_in_role, global_tables

from .two_tenants import TwoTenants, tenants_models


class TestDatabase:
    async def test_has_no_hole(self, two_tenants: TwoTenants) -> None:
        """Run the checks of `app doctor`: policies, keys, indexes, references, views, functions."""
        async with two_tenants.runtime.database.rw.connect() as connection:
            findings = await find_in_role(connection) + await find_in_database(connection)

        assert [str(finding) for finding in findings] == []


class TestModels:
    def test_belong_to_tenants_or_say_why_not(self) -> None:
        of_tenants = {model.__tablename__ for model in tenants_models()}
        between = {name for name, table in Base.metadata.tables.items() if _is_between(table)}

        assert set(Base.metadata.tables) - of_tenants - between - set(global_tables()) == set()

    def test_of_tenants_have_keys_that_begin_with_the_tenant(self) -> None:
        for model in tenants_models():
            table: Table = model.__table__
            unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
            personal = getattr(model, "__personal__", None)
            for key in (table.primary_key, *unique, *table.indexes):
                first = _first(key)
                assert first == "tenant_id" or (isinstance(key, Index) and first == personal), key


def _is_between(table: Table) -> bool:
    """True if the table has no model and joins two others."""
    return "tenant_id" in table.primary_key.columns


def _first(key: Index | UniqueConstraint | object) -> str:
    columns = list(getattr(key, "columns", ()))
    return str(columns[0].name) if columns else ""
