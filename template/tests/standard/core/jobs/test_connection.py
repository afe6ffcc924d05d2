import pytest
from psycopg.conninfo import conninfo_to_dict

from app.core.worker.connection import conninfo

TCP = {"host": "db", "port": "5433", "user": "app_rw", "password": "p@ss", "dbname": "app"}


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql+asyncpg://app_rw:p%40ss@db:5433/app", TCP),
        (
            "postgresql+asyncpg://app_rw:p%40ss@db:5433/app?ssl=require",
            TCP | {"sslmode": "require"},
        ),
        (
            "postgresql+asyncpg://app_rw@/app?host=%2Ftmp%2Fa%20b&port=5432",
            {"host": "/tmp/a b", "port": "5432", "user": "app_rw", "dbname": "app"},
        ),
    ],
)
def test_psycopg_reads_the_urls_of_asyncpg(url: str, parts: dict[str, str]) -> None:
    assert conninfo_to_dict(conninfo(url)) == parts
