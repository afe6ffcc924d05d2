"""Test what engines must never do."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork

SECRET = "values-stay-out-of-logs"
DIVIDE = text("SELECT 1 / 0 WHERE CAST(:value AS text) <> ''")


class TestErrors:
    async def test_of_a_session_hide_what_was_asked_with(self, work: UnitOfWork) -> None:
        divide = DIVIDE.execution_options(raw_sql="fails on purpose")

        with pytest.raises(DBAPIError) as caught:
            await work.session.execute(divide, {"value": SECRET})
        await work.session.rollback()

        assert "division by zero" in str(caught.value)
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize("name", ["rw", "admin"])
    async def test_of_an_engine_do_too(self, runtime: Runtime, name: str) -> None:
        engine = getattr(runtime.database, name)

        with pytest.raises(DBAPIError) as caught:
            async with engine.connect() as connection:
                await connection.execute(DIVIDE, {"value": SECRET})

        assert SECRET not in str(caught.value)
