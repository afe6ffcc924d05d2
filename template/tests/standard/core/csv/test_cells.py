"""A value comes back as it was, and no cell is a formula."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, StrictBool

from app.core.csv._calls import Call
from app.core.csv._cells import (
    LEFT_OUT,
    WrongCell,
    cell_of,
    columns_of,
    guarded,
    unguarded,
    value_of,
)
from app.core.csv._exporting import Export
from app.kit.moments import Duration, Moment
from app.kit.numbers import JsonNumber
from app.kit.schemas import Page, Schema, omittable

TEXTS = [
    "",
    "a",
    "=1+1",
    "+49 30",
    "-",
    "@me",
    "'",
    "''",
    "'=1",
    "''=1",
    "'a",
    "\t=1",
    "＝1",
    "1-1",
]


class Everything(Schema):
    number: Annotated[int, Field(ge=0), JsonNumber] | None = None
    share: float = 0.5
    total: Decimal
    paid: StrictBool = False
    kind: Literal["+1", "PG"] = "PG"
    seen_at: Moment = omittable()
    stay: Duration | None = None
    tags: list[str]
    data: dict[str, Any]
    note: str | None = None


VALUES: dict[str, Any] = {
    "number": 7,
    "share": -0.25,
    "total": Decimal("-12.50"),
    "paid": True,
    "kind": "+1",
    "seen_at": dt.datetime(2030, 1, 2, tzinfo=dt.UTC),
    "stay": dt.timedelta(hours=3),
    "tags": ["a,b", "=c"],
    "data": {"key": ['"', "\n"]},
    "note": '=HYPERLINK("https://example.com")\r\nand, more',
}
COLUMNS = columns_of(Everything)


class TestGuarded:
    @pytest.mark.parametrize("text", TEXTS)
    def test_is_undone(self, text: str) -> None:
        assert unguarded(guarded(text)) == text

    @pytest.mark.parametrize("text", TEXTS)
    def test_is_never_a_formula(self, text: str) -> None:
        assert guarded(text)[:1] not in tuple("=+-@\t\r＝＋－＠")

    def test_leaves_other_texts_alone(self) -> None:
        assert [guarded(text) for text in ("a", "1-1", "'a")] == ["a", "1-1", "'a"]


class TestCell:
    def test_comes_back_as_the_value(self) -> None:
        cells = {name: cell_of(value) for name, value in VALUES.items()}

        read = Everything.model_validate(
            {name: value_of(COLUMNS[name], cell) for name, cell in cells.items()}
        )

        assert read.model_dump() == VALUES

    def test_of_a_number_is_a_number(self) -> None:
        assert cell_of(Decimal("-12.50")) == "-12.50"
        assert cell_of(-1) == "-1"

    def test_is_empty_for_nothing(self) -> None:
        assert cell_of(None) == ""
        assert value_of(COLUMNS["number"], " ") is None
        assert value_of(COLUMNS["total"], "") is LEFT_OUT

    @pytest.mark.parametrize("name", ["number", "share", "paid", "tags", "data"])
    def test_that_holds_no_value_is_left_to_the_schema(self, name: str) -> None:
        assert value_of(COLUMNS[name], "no such value") == "no such value"

    @pytest.mark.parametrize(("name", "cell"), [("note", "a\x07"), ("data", '{"a": "\\u0000"}')])
    def test_refuses_what_cannot_be_stored(self, name: str, cell: str) -> None:
        with pytest.raises(WrongCell):
            value_of(COLUMNS[name], cell)


class Line(Schema):
    title: str


class Invoice(Schema):
    lines: list[Line]


class TestAListOfRows:
    def test_comes_without_the_ids_that_an_export_has(self) -> None:
        exported = cell_of([{"id": "1", "title": "First"}])

        value = value_of(columns_of(Invoice)["lines"], exported)

        assert value == [{"title": "First"}]

    def test_is_exported_without_private_values(self) -> None:
        async def list_all() -> Page[Invoice]:
            raise NotImplementedError

        export = Export("invoices", Call(list_all), private=("lines.title",))

        assert export.columns == ["lines"]
        assert export._cells(Invoice(lines=[Line(title="First")])) == ["[{}]"]
