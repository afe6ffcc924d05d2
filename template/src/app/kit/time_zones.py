"""Time zones, by the names of the IANA database: https://www.iana.org/time-zones"""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

NO_PLACES = {"Factory", "localtime", "posixrules"}
"""Names that only the database or the machine knows, or that mean something else elsewhere."""


@cache
def time_zones() -> frozenset[str]:
    """Return all names. They are on the machine, or come with the package tzdata."""
    return frozenset(available_timezones() - NO_PLACES)


def _known(name: str) -> str:
    if name not in time_zones():
        raise ValueError("Input should be a time zone of the IANA database, such as Europe/Berlin")
    return name


TimeZone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(_known),
    Field(description="A time zone of the IANA database, such as Europe/Berlin."),
]
"""The name of a time zone, such as `Europe/Berlin`."""
