"""Create rows for any table, with values from types, checks and references.

If these do not suffice, the model gives an example: `mapped_column(info={"example": …})`.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from secrets import randbelow, token_hex
from string import ascii_lowercase, digits
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Table,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.kit.ids import new_id

from .limits import limited

ONE_OF = r"\b{column}\s+IN\s*\(\s*'([^']*)'"
BY_TYPE: dict[type[Any], Any] = {
    float: 1.0,
    bool: True,
    bytes: b"bytes",
    time: time(12),
    timedelta: timedelta(days=1),
    list: [],
}

NUMBERS = count(1)
SHORT_TEXTS: "defaultdict[int, count[int]]" = defaultdict(count)
"""Counts the texts of each length by itself, because there are few of three characters."""
SHORT_ALPHABET = ascii_lowercase + digits
COUNTED: dict[type[Any], Callable[[Column[Any], int], Any]] = {
    int: lambda _, number: number % 30_000,
    Decimal: lambda column, number: Decimal(number % 10).scaleb(-(_scale(column))),
    date: lambda _, number: date(2030, 1, 2) + timedelta(days=number % 30_000),
    datetime: lambda _, number: datetime(2030, 1, 2, tzinfo=UTC) + timedelta(seconds=number),
}
"""A different value for each row, because the column may be unique."""
STEPS: dict[type[Any], Callable[[], Any]] = {
    int: lambda: randbelow(30_000),
    Decimal: lambda: Decimal(randbelow(30_000)),
    date: lambda: timedelta(days=randbelow(30_000)),
    datetime: lambda: timedelta(seconds=randbelow(1_000_000_000)),
}
"""Random steps, which make a value unique with high probability."""


SHARED = "shared"
"""The marker of rows that all tenants share."""


async def add_row(
    connection: AsyncConnection, table: Table, tenant_id: UUID | None, marker: str
) -> dict[str, Any]:
    """Add a row of this tenant with all columns filled in, and the rows that it refers to."""
    values: dict[str, Any] = {}
    for constraint in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
        values |= await _reference(connection, constraint, tenant_id, marker)
    for column in table.columns:
        if column.name not in values and (column.primary_key or not column.default):
            values[column.name] = example(column, marker)
    await connection.execute(insert(table), values)
    return values


async def shared_row(
    connection: AsyncConnection, table: Table, *, new: bool = False
) -> dict[str, Any]:
    """Return a row that all tenants share."""
    there = (await connection.execute(select(table).limit(1))).mappings().first()
    return dict(there) if there and not new else await add_row(connection, table, None, SHARED)


async def _reference(
    connection: AsyncConnection,
    constraint: ForeignKeyConstraint,
    tenant_id: UUID | None,
    marker: str,
) -> dict[str, Any]:
    target = constraint.referred_table
    if target.name == "tenants":
        return {constraint.column_keys[0]: tenant_id}
    if target is constraint.table:
        return {column.name: None for column in constraint.columns if column.nullable}
    if target.info.get("shared"):
        [column] = constraint.columns
        row = await shared_row(connection, target, new=is_unique(column))
    else:
        row = await add_row(connection, target, tenant_id, marker)
    return {element.parent.name: row[element.column.name] for element in constraint.elements}


def example(column: Column[Any], marker: str) -> Any:
    """Return a valid value. Texts contain the marker, so that tests recognise them anywhere."""
    if "example" in column.info:
        return column.info["example"]
    if choice := _first_choice(column):
        return choice
    if (allowed := limited(column, next(NUMBERS))) is not None:
        return allowed
    if isinstance(column.type, JSON):  # its python_type is just `object`
        return {"text": marker}
    kind = getattr(column.type, "python_type", str)
    if kind is UUID:
        return new_id()
    if kind in COUNTED:
        return COUNTED[kind](column, next(NUMBERS))
    if kind not in BY_TYPE:
        return _text(column, marker)
    return BY_TYPE[kind] + STEPS[kind]() if is_unique(column) and kind in STEPS else BY_TYPE[kind]


def is_unique(column: Column[Any]) -> bool:
    """True if the column is unique, alone or with others, by a constraint or an index."""
    if column.table is None:
        return False
    return any(
        isinstance(each, UniqueConstraint) and column.name in each.columns
        for each in column.table.constraints
    ) or any(
        index.unique
        and any(re.search(rf"\b{column.name}\b", str(part)) for part in index.expressions)
        for index in column.table.indexes
    )


def _scale(column: Column[Any]) -> int:
    return getattr(column.type, "scale", None) or 0


def _first_choice(column: Column[Any]) -> str | None:
    """Return the first value of `CHECK (column IN ('first', …))` or of an Enum."""
    assert column.table is not None
    if choices := getattr(column.type, "enums", None):
        return str(choices[0])
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.search(ONE_OF.format(column=column.name), str(constraint.sqltext), re.I)
            if found:
                return found[1]
    return None


def _text(column: Column[Any], marker: str) -> str:
    """Return a unique text with the marker, or without it if the column is too short."""
    length = getattr(column.type, "length", None)
    text = token_hex(8)
    if length is not None and length < len(marker) + len(text):
        return _short(length)
    text = f"{marker}{text}"
    if "email" in column.name:
        text = f"{text}@example.com"
    if "url" in column.name:
        text = f"https://example.com/{text}"
    return text


def _short(length: int) -> str:
    """Return a different text each time, as long as there are any left."""
    number, text = next(SHORT_TEXTS[length]), ""
    while len(text) < length:
        number, digit = divmod(number, len(SHORT_ALPHABET))
        text += SHORT_ALPHABET[digit]
    return text
