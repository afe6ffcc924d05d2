"""What development may do without and production may not."""

from collections.abc import Iterable, Iterator

from ._settings import DEVELOPMENT_SECRET, Settings

SHORTEST_SECRET = 32
HTTPS = "https://"


def production_faults(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Pairs of the path of a setting and what is wrong with it."""
    secret = settings.secret_key.get_secret_value()
    if secret == DEVELOPMENT_SECRET:
        yield ("secret_key",), "must be set in production."
    elif len(secret) < SHORTEST_SECRET:
        yield ("secret_key",), f"must have {SHORTEST_SECRET} characters or more in production."
    if not settings.public_url.startswith(HTTPS):
        yield ("public_url",), f"must be set and start with {HTTPS} in production."
    for path, urls in _other_pages(settings).items():
        if not all(url.startswith(HTTPS) for url in urls):
            yield path, f"must start with {HTTPS} in production."
    for name in ("url", "owner_url", "admin_url"):
        if getattr(settings.database, name) is None:
            yield ("database", name), "must be set in production."


def _other_pages(settings: Settings) -> dict[tuple[str, ...], Iterable[str]]:
    """Whoever reads or changes what goes there, or comes from there, can log in as anybody."""
    return {
        ("auth", "pages_url"): filter(None, [settings.auth.pages_url]),
        ("auth", "browser_origins"): settings.auth.browser_origins,
        ("oidc", "providers"): [each.issuer for each in settings.oidc.providers.values()],
    }
