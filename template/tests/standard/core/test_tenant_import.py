"""Values of every type survive an export and an import."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.config import Settings
from app.core.export import _line
from app.core.tenant_import import CannotImport, _insert_rows, _parents_first
from app.database.engine import create_engine

VALUES: dict[str, tuple[Any, Any]] = {
    "text": (sa.Text(), 'two\nlines, a "quote", \\x41, ü and 😀'),
    "number": (sa.BigInteger(), 2**62 + 1),
    "exact": (sa.Numeric(30, 10), Decimal("12345678901234567890.0123456789")),
    "real": (sa.Float(), 0.1),
    "yes": (sa.Boolean(), True),
    "moment": (sa.DateTime(timezone=True), datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)),
    "day": (sa.Date(), date(2024, 2, 29)),
    "clock": (sa.Time(), time(23, 59, 59, 999999)),
    "lasts": (sa.Interval(), timedelta(days=400, seconds=1, microseconds=1)),
    "raw": (sa.LargeBinary(), bytes(range(256))),
    "uuid": (sa.Uuid(), UUID("01920000-0000-7000-8000-000000000001")),
    "tree": (JSONB(), {"a": [1, None, "\\x41", {"b": 1.5}]}),
    "many": (ARRAY(sa.String()), ["a,b", 'c"d', "{}", "\\"]),
    "days": (ARRAY(sa.Date()), [date(2026, 1, 1)]),
    "nothing": (sa.Text(), None),
    "no_bytes": (sa.LargeBinary(), None),
}
GIVEN = {name: value for name, (_, value) in VALUES.items()}


@pytest.mark.parametrize("citus", [False, True], ids=["one server", "as in a cluster"])
async def test_every_type_is_the_same_afterwards(settings: Settings, citus: bool) -> None:
    columns = [sa.Column(name, kind) for name, (kind, _) in VALUES.items()]
    computed = sa.Column("twice", sa.BigInteger(), sa.Computed("yes::int * 2"))
    numbered = sa.Column("count", sa.BigInteger(), sa.Identity(always=True))
    table = sa.Table("every_type", sa.MetaData(), *columns, computed, numbered)
    engine = create_engine(str(settings.database.owner_url), citus=citus)
    async with engine.connect() as connection:  # without a commit: the table goes again
        await connection.run_sync(table.create)
        await connection.execute(table.insert(), GIVEN)
        before = (await connection.execute(table.select())).mappings().one()
        line = json.loads(_line(table, dict(before)))
        await connection.execute(table.delete())

        await _insert_rows(connection, table, [line["row"]])

        assert (await connection.execute(table.select())).mappings().one() == before
    await engine.dispose()
    assert {name: before[name] for name in VALUES} == GIVEN


TREE = sa.Table(
    "tree",
    sa.MetaData(),
    sa.Column("tenant_id", sa.Uuid(), primary_key=True),
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("parent_id", sa.Uuid()),
    sa.ForeignKeyConstraint(["tenant_id", "parent_id"], ["tree.tenant_id", "tree.id"]),
)


def test_parents_come_first() -> None:
    """A cluster takes row by row: on one server a statement takes them all."""
    root, branch, leaf = (UUID(int=number) for number in (3, 1, 2))
    rows = [
        {"id": branch, "parent_id": root},
        {"id": leaf, "parent_id": branch},
        {"id": root, "parent_id": root},
    ]

    assert [row["id"] for row in _parents_first(TREE, rows)] == [root, branch, leaf]
    with pytest.raises(CannotImport, match="in a circle"):
        _parents_first(TREE, [*rows[:2], {"id": root, "parent_id": leaf}])
