"""An address is unique whatever its case, in the database too."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.core.module import find_modules
from app.core.runtime import Runtime
from app.database.base import Base
from app.modules.users.models import User
from tests.support.people import PASSWORD_HASH, Person

from .test_auth import log_in

STANDARD = ("app.core.", "app.modules.users.", "app.modules.tenants.")


def keys_by_case() -> Iterator[str]:
    """Yield unique keys of the standard's tables that distinguish an address by its case."""
    find_modules()
    for mapper in Base.registry.mappers:
        if not mapper.class_.__module__.startswith(STANDARD):
            continue
        table: Any = mapper.local_table
        keys = [*table.constraints, *table.indexes]
        for key in keys:
            unique = isinstance(key, UniqueConstraint) or (isinstance(key, Index) and key.unique)
            if unique and any(_is_email(column.name) for column in key.columns):
                yield f"{table.name}: {key.name}"


def _is_email(name: str) -> bool:
    return name == "email" or name.endswith("_email")


class TestAnAddress:
    def test_is_unique_in_any_case(self) -> None:
        """`unique_ignoring_case` (app/database/mixins.py) makes such a key."""
        assert list(keys_by_case()) == []

    async def test_is_taken_in_any_case(self, runtime: Runtime, owner: Person) -> None:
        values: dict[str, Any] = {"full_name": "Eve", "password_hash": PASSWORD_HASH}
        statement = User.__table__.insert()  # type: ignore[attr-defined]  # it is a Table

        with pytest.raises(IntegrityError, match="uq_users_lower_email"):
            async with runtime.database.admin.begin() as connection:
                await connection.execute(statement, {**values, "email": owner.email.upper()})

    async def test_that_was_stored_in_capitals_is_found(
        self, runtime: Runtime, owner: Person, anonymous: AsyncClient
    ) -> None:
        async with runtime.database.admin.begin() as connection:
            table: Any = User.__table__
            change = table.update().where(table.c.id == owner.user_id)
            await connection.execute(change.values(email=owner.email.upper()))

        assert (await log_in(anonymous, owner.email)).status_code == 200
