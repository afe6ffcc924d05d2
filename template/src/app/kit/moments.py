"""Days, moments, times and durations as text: Pydantic alone would also take a number."""

import datetime as dt
import re
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

TIME = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?$"
DURATION = (
    r"^P(?=[0-9T])(?:[0-9]{1,6}D)?"
    r"(?:T(?=[0-9])(?:[0-9]{1,6}H)?(?:[0-9]{1,6}M)?(?:[0-9]{1,6}(?:\.[0-9]{1,6})?S)?)?$"
)


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


def _time(value: object) -> object:
    if isinstance(value, dt.time) or (isinstance(value, str) and re.fullmatch(TIME, value)):
        return value
    raise PydanticCustomError("time_expected", "Input should be a time of day such as 09:30:00")


def _duration(value: object) -> object:
    if isinstance(value, dt.timedelta) or (
        isinstance(value, str) and re.fullmatch(DURATION, value)
    ):
        return value
    raise PydanticCustomError("duration_expected", "Input should be a duration such as P1DT2H30M")


def iso_duration(value: dt.timedelta) -> str:
    """Return `P1DT2H30M`: no years and months, whose length is not fixed."""
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    exact = f"{seconds}.{value.microseconds:06}".rstrip("0") if value.microseconds else str(seconds)
    parts = ((hours, "H", hours), (minutes, "M", minutes), (exact, "S", exact != "0"))
    time = "".join(f"{number}{unit}" for number, unit, is_there in parts if is_there)
    days = f"{value.days}D" if value.days else ""
    return f"P{days}T{time}" if time else f"P{days}" if days else "PT0S"


Day = Annotated[dt.date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
TimeOfDay = Annotated[
    dt.time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": TIME})
]
"""A time without a zone, such as an opening hour.

JSON Schema's own format `time` (RFC 3339) has a zone.
"""
Duration = Annotated[
    dt.timedelta,
    BeforeValidator(_duration),
    PlainSerializer(iso_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "iso-duration", "pattern": DURATION}),
]
"""Days, hours, minutes and seconds in ISO 8601, not negative.

JSON Schema's own format `duration` (RFC 3339) has no fractions of a second.
"""
