"""Rates such as `10/minute` and `600/hour`, or `off`."""

import re
from typing import NamedTuple

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)")


class Rate(NamedTuple):
    times: int
    seconds: int


def read_rate(value: object) -> object:
    """Parse a rate; other values than text are returned as they are. Raises ValueError."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text == "off":
        return None
    found = RATE.fullmatch(text)
    if found is None:
        raise ValueError("it should be like 10/minute (second, minute, hour, day), or off")
    return Rate(int(found[1]), SECONDS[found[2]])
