"""The language of a request's answer."""

from starlette.types import Scope

from app.core.languages import ENGLISH, known, preferred


def language_of(scope: Scope) -> str:
    """Return the language of the person who is logged in, else that of `Accept-Language`."""
    actor = scope.get("state", {}).get("actor")
    if actor is not None and actor.language is not None:
        return known(actor.language) or ENGLISH
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            return preferred(value.decode("latin-1")) or ENGLISH
    return ENGLISH
