"""A form and a table derive a field from its schema alone."""

from typing import Annotated, Literal

from pydantic import BaseModel
from pydantic import Field as Described

from ..pages.resources import Kind, fields_of

LABELS = {"PG-13": "Parents strongly cautioned", "not_rated": "not_rated"}


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
