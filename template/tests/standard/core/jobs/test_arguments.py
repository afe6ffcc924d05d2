from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from app.core.jobs import Arguments, JobRefused, WrongArguments
from app.kit.ids import new_id


class Colour(StrEnum):
    RED = "red"


async def paint(
    work: Any,
    wall: UUID,
    colour: Colour,
    price: Decimal,
    on: date,
    at: datetime,
    within: timedelta = timedelta(hours=1),
    coats: int | None = None,
    names: tuple[str, ...] = (),
) -> None: ...


ARGUMENTS: dict[str, Any] = {
    "wall": new_id(),
    "colour": Colour.RED,
    "price": Decimal("9.90"),
    "on": date(2026, 1, 2),
    "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "within": timedelta(minutes=90),
    "coats": 2,
    "names": ("a", "b"),
}


class TestPack:
    def test_brings_back_each_type(self) -> None:
        shape = Arguments("walls.paint", paint)

        unpacked = shape.unpack(shape.pack(**ARGUMENTS))

        assert unpacked == ARGUMENTS
        assert {name: type(value) for name, value in unpacked.items()} == {
            name: type(value) for name, value in ARGUMENTS.items()
        }

    def test_takes_arguments_by_place_and_leaves_defaults_out(self) -> None:
        shape = Arguments("walls.paint", paint)
        *given, _, _, _ = ARGUMENTS.values()

        unpacked = shape.unpack(shape.pack(*given))

        assert unpacked["within"] == timedelta(hours=1)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"wall": "seven"}, "walls.paint refuses wall: input should be a valid uuid"),
            ({"wall": object()}, "walls.paint refuses wall: uuid input should be"),
            ({"colour": "blue"}, "walls.paint refuses colour: input should be 'red'"),
            ({"ceiling": 1}, "walls.paint refuses ceiling: extra inputs are not permitted"),
        ],
    )
    def test_refuses_with_a_sentence(self, change: dict[str, Any], sentence: str) -> None:
        shape = Arguments("walls.paint", paint)

        with pytest.raises(WrongArguments) as refusal:
            shape.pack(**ARGUMENTS | change)

        assert str(refusal.value).lower().startswith(sentence)

    def test_refuses_too_few_and_too_many(self) -> None:
        shape = Arguments("walls.paint", paint)

        with pytest.raises(WrongArguments, match="wall: field required; colour: field required"):
            shape.pack()
        with pytest.raises(WrongArguments, match="takes 8 arguments"):
            shape.pack(*range(9))


class TestUnpack:
    def test_refuses_what_an_older_release_queued(self) -> None:
        shape = Arguments("walls.paint", paint)

        with pytest.raises(JobRefused, match="wall: field required"):
            shape.unpack({"ceiling": 1})


class TestSignature:
    def test_refuses_a_row(self) -> None:
        class Wall: ...

        async def tear_down(work: Any, wall: Wall) -> None: ...

        with pytest.raises(TypeError, match="Pass an id instead"):
            Arguments("walls.tear_down", tear_down)

    def test_refuses_stars_and_missing_types(self) -> None:
        async def starry(work: Any, **rest: int) -> None: ...

        async def untyped(work: Any, wall) -> None: ...  # type: ignore[no-untyped-def]  # the point

        with pytest.raises(TypeError, match="it takes no stars"):
            Arguments("walls.starry", starry)
        with pytest.raises(TypeError, match="say the type of wall"):
            Arguments("walls.untyped", untyped)
