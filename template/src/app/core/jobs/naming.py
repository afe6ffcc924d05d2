"""Names that the database keeps: short, and the same wherever the code is run from."""

from typing import Any

NOT_TELLING = {"app", "modules", "core", "jobs", "subscribers", "events"}


def name_of(thing: Any) -> str:
    """`app.modules.projects.jobs.close_stale` is `projects.close_stale`."""
    return ".".join([*room_of(thing), thing.__name__])


def room_of(thing: Any) -> list[str]:
    return [part for part in thing.__module__.split(".") if part not in NOT_TELLING]
