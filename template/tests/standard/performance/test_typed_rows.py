"""Pages of rows whose values are not checked again are the same as those that pydantic makes."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    field_validator,
    model_validator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.http.routing import models_of
from app.core.unit_of_work import UnitOfWork
from app.database.compiled.rows import fetched_class, read_only_class
from app.kit.rows import Rows
from app.kit.schemas import Page, Schema
from tests.support.bills import BILL
from tests.support.notes import NoteRead, NoteRepository

VALUES = {**BILL, "tenant_id": UUID(int=8), "secret": "x"}


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read rows as an app with fast paths does."""
    monkeypatch.setattr(Page, "read_rows", models_of)


class Base(DeclarativeBase):
    pass


class Upper(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True


class BillRow(Base):
    __tablename__ = "bills"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    number: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str | None] = mapped_column(sa.Text)
    status: Mapped[str]
    total: Mapped[Decimal]
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    count: Mapped[int]
    urgent: Mapped[bool]
    secret: Mapped[str] = mapped_column(Upper)

    @property
    def twice(self) -> str:
        return self.number * 2


def fetched(**values: Any) -> Any:
    return filled(fetched_class(BillRow), values)


def filled(kind: type[Any], values: dict[str, Any]) -> Any:
    row = object.__new__(kind)
    row.__dict__.update(VALUES | values)
    return row


class Bill(Schema):
    id: UUID
    number: str
    note: str | None
    status: Literal["draft", "sent"]
    total: Decimal
    day: date
    at: datetime
    count: int
    urgent: bool


class Number(Schema):
    number: str


class Checked(Number):
    @field_validator("number")
    @classmethod
    def check(cls, number: str) -> str:
        return f"{number}!"


class Before(Number):
    @model_validator(mode="before")
    @classmethod
    def check(cls, row: Any) -> Any:
        return {"number": row.number * 3}


class After(Number):
    @model_validator(mode="after")
    def check(self) -> "After":
        self.number += "!"
        return self


class Initialised(Number):
    def model_post_init(self, _: object) -> None:
        self.number += "?"


class Limited(Schema):
    number: Annotated[str, Field(min_length=2)]


class Prepared(Schema):
    number: Annotated[str, BeforeValidator(str.lower)]


class Alias(Schema):
    number: str = Field(validation_alias="status")


class Lower(BaseModel):
    model_config = ConfigDict(from_attributes=True, str_to_lower=True)

    number: str


class Open(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="allow")

    number: str


class Twice(Schema):
    twice: str


class Mandatory(Schema):
    note: str


class OtherType(Schema):
    count: str


class AnotherType(Schema):
    at: date


class OfOurOwn(Schema):
    secret: str


class Whole(RootModel[Any]):
    model_config = ConfigDict(from_attributes=True)


def own(item: Any, rows: Any) -> Any:
    """Return what pydantic makes of the page by itself."""
    return BaseModel.model_validate.__func__(Page[item], rows)  # type: ignore[attr-defined]  # a bound method


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)


class TestPages:
    async def test_of_a_repository_are_made_without_checks(self, work: UnitOfWork) -> None:
        notes = NoteRepository(work.session)
        created = [await notes.create(name=name) for name in ("First", "Second")]
        listed = await notes.list(limit=5)

        assert models_of(NoteRead, listed) == own(NoteRead, listed).items
        assert models_of(NoteRead, Rows(created, None)) is not None
        assert Page[NoteRead].model_validate(listed) == own(NoteRead, listed)

    def test_are_left_to_pydantic_without_fast_paths(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[object] = []
        monkeypatch.setattr(Page, "read_rows", lambda *_: asked.append(1))
        Page[Bill].model_validate(Rows([fetched()], None))
        assert asked == [1]

        monkeypatch.setattr(Page, "read_rows", None)

        assert Page[Bill].model_validate(Rows([fetched()], None)).items[0].number == "A"
        assert asked == [1]

    @pytest.mark.parametrize(
        "item",
        [
            *(Bill, Number, Checked, Before, After, Initialised, Limited, Prepared, Alias, Lower),
            *(Open, Twice, Mandatory, OtherType, AnotherType, OfOurOwn),
        ],
    )
    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [fetched()],
            [fetched(note="a", number="Bb"), fetched(status="draft")],
            [fetched(status="unknown")],
            [fetched(total=Decimal("NaN"))],
            [filled(read_only_class(BillRow), {})],
            [fetched(), filled(read_only_class(BillRow), {"day": "2026-03-01"})],
        ],
    )
    def test_are_what_pydantic_makes(self, item: Any, rows: list[Any]) -> None:
        page = Rows(rows, "next")

        made = outcome(lambda: Page[item].model_validate(page))

        assert made == outcome(lambda: own(item, page))
        if isinstance(made, BaseModel):
            assert [each.model_fields_set for each in made.items] == [  # type: ignore[attr-defined]  # a page has items
                each.model_fields_set for each in own(item, page).items
            ]

    @pytest.mark.parametrize(
        "rows",
        [
            [filled(read_only_class(BillRow), {})],
            [fetched(), filled(read_only_class(BillRow), {})],
            [VALUES],
            [],
        ],
    )
    def test_of_other_rows_are_pydantics(self, rows: list[Any]) -> None:
        """Values of an entity may be what a program has assigned."""
        assert models_of(Bill, Rows(rows, None)) is None

    @pytest.mark.parametrize("item", [Before, After, Alias, Lower, Open, Twice, OfOurOwn, Whole])
    def test_of_models_that_are_more_than_fields_are_pydantics(self, item: Any) -> None:
        assert models_of(item, Rows([fetched()], None)) is None

    def test_are_made_of_what_pydantic_is_told_otherwise(self) -> None:
        page = {"items": [{"number": "A"}], "next_cursor": None}

        assert Page[Number].model_validate(page).items == [Number(number="A")]
        with pytest.raises(ValidationError):
            Page[Number].model_validate(Rows([fetched()], None), from_attributes=False)
