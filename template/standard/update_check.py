"""`make update-check`: tell whether there is a newer release."""

import json

from .answers import Origin, read_origin, version_of
from .releases import latest_release


def update_check(*, as_json: bool) -> int:
    """Return 1 if there is a newer release, else 0."""
    origin = read_origin()
    latest = latest_release(origin.template)
    newer = is_newer(latest, origin)
    if as_json:
        print(json.dumps({"current": origin.release, "latest": latest, "newer": newer}))
    elif newer:
        print(f"{latest} is there, this project is at {origin.release}: make update")
    else:
        print(f"Up to date: {origin.release}.")
    return 1 if newer else 0


def is_newer(latest: str | None, origin: Origin) -> bool:
    """True if `latest` is newer; an unreleased v1.2.0-3-g1a2b3c4 counts as v1.2.0."""
    if latest is None:
        return False
    current = version_of(origin.release.partition("-")[0])
    found = version_of(latest)
    return current is None or (found is not None and found > current)
