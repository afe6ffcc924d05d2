"""URLs with several hosts, for a primary that may change: each driver gets its own form of them."""

from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql import asyncpg as driver

from app.config import DatabaseSettings
from app.core.worker.connection import conninfo
from app.database.connecting import explain

ONE = "postgresql://app_rw:s%2Fc@db:5433/app"
TWO = "postgresql://app_rw:s%2Fc@first:5433,second/app"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [(TWO, "primary"), (f"{TWO}?target_session_attrs=read-write", "read-write")],
)
def test_the_primary_of_several_is_used(url: str, wanted: str) -> None:
    given = str(DatabaseSettings(url=url).url)
    dialect: Any = driver.dialect
    _, asyncpg = dialect().create_connect_args(make_url(given))
    psycopg = conninfo_to_dict(conninfo(given))

    assert (asyncpg["host"], asyncpg["port"]) == (["first", "second"], [5433, 5432])
    assert (psycopg["host"], psycopg["port"]) == ("first,second", "5433,5432")
    for options in (asyncpg, psycopg):
        assert options["target_session_attrs"] == wanted
        assert options["password"] == "s/c"
    assert "first:5433, second:5432" in explain(given, ConnectionRefusedError())


def test_a_standby_of_several_replicas_is_used() -> None:
    assert "target_session_attrs=standby" in str(DatabaseSettings(replica_url=TWO).replica_url)


def test_one_host_stays_as_it_is() -> None:
    assert DatabaseSettings(url=ONE).url == ONE.replace("://", "+asyncpg://")
