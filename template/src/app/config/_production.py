"""What development may do without and production may not."""

from collections.abc import Iterator

from ._settings import DEVELOPMENT_SECRET, Settings

SHORTEST_SECRET = 32


def production_faults(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Pairs of the path of a setting and what is wrong with it."""
    secret = settings.secret_key.get_secret_value()
    if secret == DEVELOPMENT_SECRET:
        yield ("secret_key",), "must be set in production."
    elif len(secret) < SHORTEST_SECRET:
        yield ("secret_key",), f"must have {SHORTEST_SECRET} characters or more in production."
    if not settings.public_url.startswith("https://"):
        yield ("public_url",), "must be set and start with https:// in production."
    for name in ("url", "owner_url", "admin_url"):
        if getattr(settings.database, name) is None:
            yield ("database", name), "must be set in production."
