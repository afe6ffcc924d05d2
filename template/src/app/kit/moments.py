"""Days and moments as text: Pydantic alone would also take a number, as seconds since 1970."""

import datetime as dt
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError


def _day(value: object) -> object:
    if isinstance(value, dt.date) or (isinstance(value, str) and "-" in value):
        return value
    raise PydanticCustomError("day_expected", "Input should be a day such as 2026-01-31")


def _moment(value: object) -> object:
    if isinstance(value, dt.datetime) or (isinstance(value, str) and "T" in value.upper()):
        return value
    raise PydanticCustomError(
        "moment_expected", "Input should be a moment such as 2026-01-31T09:30:00Z"
    )


Day = Annotated[dt.date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
