"""What orjson writes is what pydantic would have written, or it is left to pydantic."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)

from app.core.http.routing._json import Writer, writer_of
from app.kit.schemas import Page, Schema
from tests.support.bills import BILL


class Bill(Schema):
    id: UUID
    number: str
    note: str | None
    status: Literal["draft", "sent"]
    total: Decimal
    tax: Decimal | None = None
    day: date
    at: datetime
    count: int
    urgent: bool


def bill(**values: Any) -> Bill:
    return Bill.model_validate({**BILL, **values})


BILLS = [
    bill(number='"\\/<>\x00\x1f\x7f\u2028é😀', note=""),
    *(bill(total=Decimal(text)) for text in ("0", "-0.00", "1E+2", "1E-9", "123456789012345678.9")),
    *(bill(count=count) for count in (0, -1, 2**63 - 1, -(2**63))),
    *(bill(day=day) for day in (date.min, date.max)),
    *(
        bill(at=at)
        for at in (
            datetime(2026, 3, 1),  # noqa: DTZ001 - without a zone
            datetime(1, 1, 1, tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            datetime(2026, 3, 1, 1, 2, 3, 120_000, tzinfo=ZoneInfo("Europe/Berlin")),
            datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
        )
    ),
]


class Kind(StrEnum):
    A = "a"


class Computed(Schema):
    name: str

    @computed_field
    def twice(self) -> str:
        return self.name * 2


class OfField(Schema):
    name: str

    @field_serializer("name")
    def write(self, name: str) -> str:
        return name.upper()


class OfModel(Schema):
    name: str

    @model_serializer
    def write(self) -> str:
        return self.name


class Validated(Schema):
    name: str

    @model_validator(mode="after")
    def check(self) -> "Validated":
        return self


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str


class Described(BaseModel):
    model_config = ConfigDict(ser_json_timedelta="float")

    name: str


class OtherName(Schema):
    name: str = Field(alias="otherName")


class Hidden(Schema):
    name: str = Field(exclude=True)


class Typed(Schema):
    name: Annotated[str, PlainSerializer(str.upper)]


class WithFloat(Schema):
    number: float


class WithKind(Schema):
    kind: Kind


class Nested(Schema):
    bill: Bill


class Names(RootModel[list[str]]):
    pass


class MoreThanABill(Bill):
    secret: str = "hidden"


def route(kind: Any, **options: Any) -> APIRoute:
    async def endpoint() -> Any: ...

    return APIRoute("/", endpoint, response_model=kind, **options)


def stock(answer: BaseModel) -> bytes:
    return answer.model_dump_json().encode()


class TestWriter:
    @pytest.mark.parametrize("answer", BILLS)
    def test_writes_what_pydantic_writes(self, answer: Bill) -> None:
        page = Page[Bill](items=[answer, answer], next_cursor="x")

        assert writer_of(route(Bill))(answer) == stock(answer)
        assert writer_of(route(Page[Bill]))(page) == stock(page)

    def test_leaves_more_than_64_bits_to_pydantic(self) -> None:
        assert writer_of(route(Bill))(bill(count=2**64)) is None

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            Response(),
            {"id": 1},
            MoreThanABill.model_validate(bill().model_dump()),
            bill().model_copy(update={"note": {1, 2}}),
            bill().model_copy(update={"note": Schema()}),
            bill().model_copy(update={"note": "\ud800"}),
        ],
    )
    def test_leaves_what_is_no_such_model_to_pydantic(self, answer: Any) -> None:
        assert writer_of(route(Bill))(answer) is None

    def test_leaves_items_of_another_class_to_pydantic(self) -> None:
        more = MoreThanABill.model_validate(bill().model_dump())
        page = Page[Bill](items=[bill(), more], next_cursor=None)

        assert writer_of(route(Page[Bill]))(page) is None
        assert b"hidden" not in stock(page)

    @pytest.mark.parametrize(
        "kind",
        [
            *(Computed, OfField, OfModel, Validated, Open, Described, OtherName, Hidden, Typed),
            *(WithFloat, WithKind, Nested, Names, list[Bill], dict[str, str], Bill | None),
            *(Page[Computed], Page[OfField], Page[Validated], Page[WithFloat], Page[Nested]),
        ],
    )
    def test_knows_plain_models_only(self, kind: Any) -> None:
        assert not isinstance(writer_of(route(kind)), Writer)

    @pytest.mark.parametrize(
        "option",
        [
            {"response_model_include": {"id"}},
            {"response_model_exclude": {"id"}},
            {"response_model_exclude_unset": True},
            {"response_model_exclude_defaults": True},
            {"response_model_exclude_none": True},
        ],
    )
    def test_knows_no_option_of_a_route(self, option: dict[str, Any]) -> None:
        assert not isinstance(writer_of(route(Bill, **option)), Writer)
