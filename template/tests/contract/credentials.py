"""Hooks of Schemathesis: who calls, and one check more.

https://schemathesis.readthedocs.io/en/stable/guides/extending/
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import schemathesis
from schemathesis import Case, GenerationMode, Response

CALLER = os.environ["CONTRACT_CALLER"]
URL = os.environ["CONTRACT_URL"]
PERMISSIONS = os.environ["CONTRACT_PERMISSIONS"].split(",")
ADMIN = "/admin/"
PASSWORD = "correct horse battery staple"
REFUSED = (400, 413, 415, 422)
NOT_ALLOWED = "The value is outside of what is allowed here."


class Misunderstood(AssertionError):
    """The document allows a request that the app cannot read."""


class Credentials:
    """The token of the caller: made anew when a request has ended it, and none for nobody."""

    token: str | None = None

    def get(self, case: Case[Any], context: Any) -> str | None:
        if self.token is None and CALLER != "nobody":
            Credentials.token = _api_key(_log_in()) if CALLER == "key" else _log_in()
        return self.token

    def set(self, case: Case[Any], token: str | None, context: Any) -> None:
        if token is not None:
            case.headers["Authorization"] = f"Bearer {token}"


schemathesis.auth(refresh_interval=None)(Credentials)


@schemathesis.hook
def after_call(context: Any, case: Case[Any], response: Response) -> None:
    """Log in anew after a log-out, a new password, or the end of the tenant."""
    if response.status_code == 401 or (response.status_code == 403 and ADMIN not in case.path):
        Credentials.token = None


@schemathesis.check
def valid_requests_are_understood(ctx: Any, response: Response, case: Case[Any]) -> None:
    """Rules that no schema can express have problems of their own, or the document says them in
    words; all else is in its schemas.
    """
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    problem = response.json() if response.status_code in REFUSED else {}
    if problem.get("errors") and all(map(_is_said, problem["errors"])):
        return
    if str(problem.get("type", "/errors/")).rpartition("/")[2] in ("validation", "bad-request"):
        raise Misunderstood(f"{problem['detail']} {problem.get('errors', '')}")


def _is_said(error: Mapping[str, str]) -> bool:
    """True if the field's description has the words, or those of the constraint that refused it:
    "Greater than starts_at." is compared with what the row has.
    """
    said = _descriptions().get(error["pointer"].rpartition("/")[2], "")
    words = error["detail"].removeprefix("Input should be ").lower()
    return bool(said) and (words in said or error["detail"] == NOT_ALLOWED)


@cache
def _descriptions() -> Mapping[str, str]:
    """Return all descriptions of fields, by name, in lower case."""
    document = httpx.get(f"{URL}/openapi.json", timeout=60).raise_for_status().json()
    found: defaultdict[str, str] = defaultdict(str)
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            found[name] += " ".join(_said(field)).lower()
    return found


def _said(field: Mapping[str, Any]) -> Iterator[str]:
    yield field.get("description", "")
    for kind in field.get("anyOf", ()):
        yield from _said(kind)


def _log_in() -> str:
    """Register, as the owner of a tenant of one's own."""
    registration = {
        "email": f"{uuid4()}@example.com",
        "password": PASSWORD,
        "full_name": "Ada",
        "tenant_name": "Acme",
    }
    answer = httpx.post(f"{URL}/api/v1/auth/register", json=registration, timeout=60)
    return str(answer.raise_for_status().json()["access_token"])


def _api_key(token: str) -> str:
    answer = httpx.post(
        f"{URL}/api/v1/api-keys",
        json={"name": "contract", "permissions": PERMISSIONS},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    return str(answer.raise_for_status().json()["key"])
