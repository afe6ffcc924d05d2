"""Describe how to authenticate, and who may call which operation."""

from collections.abc import Mapping
from typing import Any

from app.core.permissions import PUBLIC, SIGNED_IN, SUPERUSER, Role
from app.kit.deprecation import deprecation_of

from ._operation import Operation

TEXTS = {
    PUBLIC: "For everybody, without a log-in.",
    SIGNED_IN: "For everybody who is logged in.",
    SUPERUSER: "For superusers.",
}
WAYS = ("password", "bearer", "apiKey", "cookie")
WAYS_OF_USERS = ("password", "bearer", "cookie")


def security_schemes(*, token_url: str, cookie: str) -> dict[str, Any]:
    """Return all ways to authenticate. A dependency would slow down every request."""
    return {
        "password": {
            "type": "oauth2",
            "description": "E-mail address and password. The Authorize button of the documentation"
            " uses it.",
            "flows": {"password": {"tokenUrl": token_url, "scopes": {}}},
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a log-in.",
        },
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ak_…",
            "description": "An API key of a tenant: `Authorization: Bearer ak_…`.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "The access token in a cookie, for browsers: log in with"
            " `?cookies=true`.",
        },
    }


def describe_security(operation: Operation, roles: Mapping[str, Role]) -> None:
    guard = operation.guard or PUBLIC
    described = operation.described
    described["x-permission"] = guard
    text = TEXTS.get(guard) or _permission(guard, roles.get(guard))
    going = deprecation_of(operation.endpoint)
    parts = [described.get("description"), going.sentence if going else None, text]
    described["description"] = "\n\n".join(filter(None, parts))
    ways = WAYS if guard not in TEXTS else WAYS_OF_USERS
    described["security"] = [] if operation.is_public else [{way: []} for way in ways]


def _permission(guard: str, least: Role | None) -> str:
    role = f", which the role {least.value} and those above it have" if least else ""
    return f"Needs the permission `{guard}`{role}."
