"""Names that are stored: short, and independent of where the code is imported from."""

from typing import Any

NOT_TELLING = {"app", "modules", "core", "jobs", "subscribers", "events"}


def name_of(thing: Any) -> str:
    """Return `projects.close_stale` for `app.modules.projects.jobs.close_stale`."""
    return ".".join([*room_of(thing), thing.__name__])


def room_of(thing: Any) -> list[str]:
    return [part for part in thing.__module__.split(".") if part not in NOT_TELLING]
