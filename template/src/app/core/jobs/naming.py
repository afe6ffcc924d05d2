"""Names that are stored: short, and independent of where the code is imported from."""

from typing import Any

IGNORED_PARTS = {"app", "modules", "core", "jobs", "subscribers", "events"}


def name_of(thing: Any) -> str:
    """Return `projects.close_stale` for `app.modules.projects.jobs.close_stale`."""
    return ".".join([*module_path(thing), thing.__name__])


def module_path(thing: Any) -> list[str]:
    return [part for part in thing.__module__.split(".") if part not in IGNORED_PARTS]
