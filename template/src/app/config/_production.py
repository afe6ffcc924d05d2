"""Settings that are optional in development and required in production."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from ._secrets import secret_problem
from ._settings import Settings

HTTPS = "https://"
Faults = Iterator[tuple[tuple[str, ...], str]]
Process: TypeAlias = Literal["serve", "work", "migrate", "backup"]

URLS: dict[Process, tuple[str, ...]] = {
    "serve": ("url",),
    "work": ("url", "admin_url"),
    "migrate": ("owner_url",),
    "backup": ("backup_url",),
}
"""The log-ins of the database that each process needs. `work` is `app worker`, and the commands
that work across tenants.
"""


def production_faults(settings: Settings, process: Process) -> Faults:
    """Yield pairs of a setting's path and what is wrong with it."""
    for name in URLS[process]:
        if getattr(settings.database, name) is None:
            yield ("database", name), "must be set in production."
    if process in ("migrate", "backup"):
        return
    yield from _secret_faults(settings)
    if not settings.public_url.startswith(HTTPS):
        yield ("public_url",), f"must be set and start with {HTTPS} in production."
    for path, urls in _other_pages(settings).items():
        if not all(url.startswith(HTTPS) for url in urls):
            yield path, f"must start with {HTTPS} in production."
    if settings.mail.host is None:
        yield ("mail", "host"), "must be set in production: invitations and lost passwords need it."
    elif settings.mail.sender.rstrip("> ").endswith("@localhost"):
        yield ("mail", "sender"), "must be an address that can be answered, in production."


def _secret_faults(settings: Settings) -> Faults:
    if "secret_key" not in settings.model_fields_set:
        yield ("secret_key",), "must be set in production."
    elif weak := secret_problem(settings.secret_key.get_secret_value()):
        yield ("secret_key",), f"{weak}."
    for previous in settings.auth.previous_secrets:
        if weak := secret_problem(previous.get_secret_value()):
            yield ("auth", "previous_secrets"), f"still opens what it signed: one of them {weak}."
            return
    token = settings.telemetry.metrics_token
    if token and (weak := secret_problem(token.get_secret_value(), shortest=16)):
        yield ("telemetry", "metrics_token"), f"{weak}."


def _other_pages(settings: Settings) -> dict[tuple[str, ...], Iterable[str]]:
    """Return other URLs that must be https: an attacker in between could log in as any user."""
    return {
        ("auth", "pages_url"): filter(None, [settings.auth.pages_url]),
        ("auth", "browser_origins"): settings.auth.browser_origins,
        ("oidc", "providers"): [each.issuer for each in settings.oidc.providers.values()],
    }
