"""Rows for attacks have values that the limits and the types of their columns allow."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Numeric, String, Table

from .limits import limited

NUMBERS = (0, 1, 99, 100, 12_345, 1_234_567)


@pytest.mark.parametrize(
    ("kind", "check", "low", "high"),
    [
        (Numeric(4, 2), "size >= 0", 0, "99.99"),
        (Numeric(4, 2), "size >= 98.5", "98.5", "99.99"),
        (Numeric(2, 2), "size <= 0.5", "-0.99", "0.5"),
        (Numeric(5, 4), "size >= 0 AND size <= 1", 0, 1),
        (Integer(), "size >= 1 AND size <= 12", 1, 12),
        (Integer(), "size <= -5", -(2**31), -5),
        (Integer(), "size >= 2000000000", 2_000_000_000, 2**31 - 1),
    ],
)
def test_numbers_are_within(kind: Any, check: str, low: Any, high: Any) -> None:
    values = [limited(_column(kind, check), number) for number in NUMBERS]

    assert all(Decimal(low) <= value <= Decimal(high) for value in values)
    assert len({*values}) > 1


def test_texts_are_as_long_as_they_may_be() -> None:
    column = _column(String(3), "length(size) >= 2")

    texts = [limited(column, number) for number in NUMBERS]

    assert texts == ["00", "01", "99", "100", "345", "567"]


def _column(kind: Any, check: str) -> Column[Any]:
    limits = CheckConstraint(check, name="size_is_allowed")
    return Table("things", MetaData(), Column("size", kind), limits).c.size
