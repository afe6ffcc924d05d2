"""What development may do without and production may not."""

from collections.abc import Iterator

from ._secrets import weakness
from ._settings import Settings

Faults = Iterator[tuple[tuple[str, ...], str]]


def production_faults(settings: Settings) -> Faults:
    """Pairs of the path of a setting and what is wrong with it."""
    yield from _secret_faults(settings)
    if not settings.public_url.startswith("https://"):
        yield ("public_url",), "must be set and start with https:// in production."
    for name in ("url", "owner_url", "admin_url"):
        if getattr(settings.database, name) is None:
            yield ("database", name), "must be set in production."
    if settings.mail.host is None:
        yield ("mail", "host"), "must be set in production: invitations and lost passwords need it."
    elif settings.mail.sender.rstrip("> ").endswith("@localhost"):
        yield ("mail", "sender"), "must be an address that can be answered, in production."


def _secret_faults(settings: Settings) -> Faults:
    if "secret_key" not in settings.model_fields_set:
        yield ("secret_key",), "must be set in production."
    elif weak := weakness(settings.secret_key.get_secret_value()):
        yield ("secret_key",), f"{weak}."
    for previous in settings.auth.previous_secrets:
        if weak := weakness(previous.get_secret_value()):
            yield ("auth", "previous_secrets"), f"still opens what it signed: one of them {weak}."
            return
    token = settings.telemetry.metrics_token
    if token and (weak := weakness(token.get_secret_value(), shortest=16)):
        yield ("telemetry", "metrics_token"), f"{weak}."
