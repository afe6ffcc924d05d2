"""Clients get problems for real PostgreSQL errors, up to the commit."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from app.config import Settings
from app.core.http.problems import problem_response
from app.database.engine import create_engine

SCOPE = {"type": "http", "path": "/", "headers": [], "state": {"trace_id": "0" * 32}}
TABLES = """
CREATE TEMPORARY TABLE parents (
    id int PRIMARY KEY, size int NOT NULL CHECK (size > 0), name varchar(5), notes jsonb
);
CREATE TEMPORARY TABLE children (
    parent_id int REFERENCES parents DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO parents VALUES (1, 1)
"""


@pytest_asyncio.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(str(settings.database.owner_url), pool_size=1, pool_overflow=0)
    yield engine
    await engine.dispose()


class TestARefusal:
    @pytest.mark.parametrize(
        ("statement", "values", "status", "slug"),
        [
            ("INSERT INTO parents VALUES (1, 2)", {}, 409, "already-exists"),
            ("INSERT INTO parents VALUES (2, 0)", {}, 422, "validation"),
            ("INSERT INTO parents VALUES (2, NULL)", {}, 422, "validation"),
            ("INSERT INTO parents VALUES (2, 1, :v)", {"v": "hunter2"}, 422, "validation"),
            ("INSERT INTO parents VALUES (2, 1, :v)", {"v": "a\0b"}, 422, "validation"),
            ("INSERT INTO parents VALUES (:v, 1)", {"v": 2**40}, 422, "validation"),
            (
                "INSERT INTO parents VALUES (2, 1, '', CAST(:v AS jsonb))",
                {"v": '"\\u0000"'},
                422,
                "validation",
            ),
            ("INSERT INTO children VALUES (77)", {}, 409, "broken-reference"),
            ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(2)", {}, 503, "unavailable"),
            ("SELECT pg_terminate_backend(pg_backend_pid())", {}, 503, "unavailable"),
            ("SELECT 1 / 0", {}, 500, "internal-error"),
            ("SELECT * FROM hunter2", {}, 500, "internal-error"),
        ],
    )
    async def test_is_a_problem_without_a_word_of_the_database(
        self, engine: AsyncEngine, statement: str, values: dict[str, Any], status: int, slug: str
    ) -> None:
        error = await failure(engine, statement, values)

        answer = problem_response(SCOPE, error)

        members = orjson.loads(answer.body)
        assert (answer.status_code, members["type"]) == (status, f"/errors/{slug}")
        for word in ("hunter2", "parents", "children", "INSERT", "SELECT", "sqlalche"):
            assert word not in bytes(answer.body).decode()

    async def test_is_logged_by_the_name_of_its_constraint(self, engine: AsyncEngine) -> None:
        error = await failure(engine, "INSERT INTO parents VALUES (1, 2)", {})

        with capture_logs() as lines:
            problem_response(SCOPE, error)

        [line] = lines
        assert (line["sqlstate"], line["constraint"]) == ("23505", "parents_pkey")


async def failure(engine: AsyncEngine, statement: str, values: dict[str, Any]) -> Exception:
    """Return the error that the statements or their commit raise."""
    try:
        async with engine.begin() as connection:
            for each in (*TABLES.split(";"), *statement.split(";")):
                await connection.execute(text(each), values if ":v" in each else {})
    except Exception as error:
        return error
    raise AssertionError("nothing was refused")
