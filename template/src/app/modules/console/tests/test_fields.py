"""A form and a table derive a field from its schema alone."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Described

from app.kit.schemas import omittable

from ..pages.resources import Kind, fields_of, raw_of, read_form

LABELS = {"PG-13": "Parents strongly cautioned", "not_rated": "not_rated"}


class Line(BaseModel):
    id: UUID = omittable()
    title: str
    quantity: int = 1
    is_paid: bool = False


class Invoice(BaseModel):
    lines: Annotated[list[Line], Described(max_length=9)]


class Film(BaseModel):
    rating: Annotated[
        Literal["PG-13", "not_rated"],
        Described(json_schema_extra={"x-enum-labels": LABELS}),
    ]


class TestAChoice:
    def test_is_called_as_the_schema_says_or_by_its_words(self) -> None:
        [rating] = fields_of(Film)

        names = [str(rating.name_of(each)) for each in rating.choices]

        assert rating.kind is Kind.CHOICE
        assert names == ["Parents strongly cautioned", "not rated"]


class TestAListOfRows:
    def test_has_the_fields_of_each(self) -> None:
        [lines] = fields_of(Invoice)

        assert lines.kind is Kind.ROWS
        assert [each.name for each in lines.shown_rows] == ["title", "quantity", "is_paid"]
        assert lines.limits == {"data-most": 9}

    def test_is_read_from_a_form_without_rows_that_are_empty_or_removed(self) -> None:
        [lines] = fields_of(Invoice)
        form = {
            "lines.0.id": "a",
            "lines.0.title": "First",
            "lines.0.quantity": "2",
            "lines.0.is_paid": "true",
            "lines.1.title": "Second",
            "lines.1.remove": "true",
            "lines.2.title": "",
            "lines.2.quantity": " ",
            "lines.10.title": "Last",
        }

        sent = read_form([lines], form)

        assert sent.body == {
            "lines": [
                {"id": "a", "title": "First", "quantity": 2, "is_paid": True},
                {"title": "Last", "is_paid": False},
            ]
        }

    def test_is_not_sent_if_it_is_as_it_was(self) -> None:
        [lines] = fields_of(Invoice)
        row = {"lines": [{"id": "a", "title": "First", "quantity": 2, "is_paid": False}]}
        form = {"lines.0.id": "a", "lines.0.title": "First", "lines.0.quantity": "2"}

        assert read_form([lines], form, row).body == {}
        assert read_form([lines], {}, row).body == {"lines": []}
        assert raw_of(lines, None) == "[]"
