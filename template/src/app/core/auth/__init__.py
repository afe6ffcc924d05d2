"""Who is asking: passwords, tokens, and the actor that they prove."""

from ._actor import ANONYMOUS, Actor
from ._middleware import AuthMiddleware
from ._passwords import Passwords
from ._secrets import hash_secret, new_secret
from ._tokens import AccessClaims, TokenRefused, Tokens

__all__ = [
    "ANONYMOUS",
    "AccessClaims",
    "Actor",
    "AuthMiddleware",
    "Passwords",
    "TokenRefused",
    "Tokens",
    "hash_secret",
    "new_secret",
]
