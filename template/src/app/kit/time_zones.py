"""Time zones, by the names of the IANA database: https://www.iana.org/time-zones"""

from functools import cache
from zoneinfo import available_timezones

NO_PLACES = {"Factory", "localtime", "posixrules"}
"""What the database or the machine has besides, and what means something else elsewhere."""


@cache
def time_zones() -> frozenset[str]:
    """Return all names. They are on the machine, or come with the package tzdata."""
    return frozenset(available_timezones() - NO_PLACES)
