"""Operators see ids, numbers, moments and choices of a job's arguments, and no text."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from app.core.jobs import job
from app.core.observability.logging import HIDDEN
from app.core.operations._hiding import is_shown, shown
from app.core.runtime import Runtime
from app.kit.ids import new_id


class Colour(Enum):
    RED = "red"


class Note(BaseModel):
    text: str


@pytest.mark.parametrize(
    "kind",
    [
        UUID, int, bool, float, Decimal, date, datetime, timedelta, Colour, Literal["a", "b"],
        UUID | None, list[UUID], tuple[int, ...], set[Colour], dict[UUID, int], list[date | None],
        Annotated[int, Field(gt=0)], list[Annotated[int, Field(gt=0)]], None,
    ],
)  # fmt: skip
def test_what_cannot_be_text_is_shown(kind: Any) -> None:
    assert is_shown(kind if kind is not None else type(None))


@pytest.mark.parametrize(
    "kind",
    [
        str, bytes, Any, dict, list, dict[str, int], list[str], str | None, Note, object, None,
        Annotated[str, Field(max_length=3)], list[dict[str, Any]], Literal["a"] | str,
    ],
)  # fmt: skip
def test_what_may_be_text_is_hidden(kind: Any) -> None:
    assert not is_shown(kind)


@job(name="tests.hiding")
async def write(work: Any, row_id: UUID, note: str, token: int, count: int = 3) -> None: ...


def test_arguments_are_hidden_by_type_and_by_name() -> None:
    row = str(new_id())
    arguments = {"row_id": row, "note": "of Ada", "token": 1234, "count": 3, "other": 1}

    assert shown(arguments, write) == {
        "row_id": row,
        "note": HIDDEN,
        "token": HIDDEN,
        "count": 3,
        "other": HIDDEN,
    }
    assert set(shown(arguments, None).values()) == {HIDDEN}


def test_no_job_of_the_project_shows_text(runtime: Runtime) -> None:
    found = 0
    for each in runtime.jobs:
        kinds = {name: field.annotation for name, field in each.shape.model.model_fields.items()}
        texts = [name for name, kind in kinds.items() if "str" in str(kind) or kind is Any]
        assert set(shown(dict.fromkeys(texts, "text"), each).values()) <= {HIDDEN}, each.name
        found += len(texts)
    assert found > 5
