"""Authentication: passwords, tokens, API keys, and the actor that they prove."""

from ._actor import ANONYMOUS, Actor
from ._api_keys import ApiKeys, FoundKey, new_api_key
from ._authenticator import Authenticator
from ._claims import AccessClaims
from ._cookies import Cookies
from ._oidc import ForeignIdentity, OidcClient, OidcRefused
from ._passwords import Passwords
from ._revocations import Reason, Revoked, write_revocations
from ._sealer import Sealer
from ._secrets import hash_secret, new_secret
from ._tokens import TokenRefused, Tokens
from ._watch import Revocations
from ._weakness import weakness

__all__ = [
    "ANONYMOUS",
    "AccessClaims",
    "Actor",
    "ApiKeys",
    "Authenticator",
    "Cookies",
    "ForeignIdentity",
    "FoundKey",
    "OidcClient",
    "OidcRefused",
    "Passwords",
    "Reason",
    "Revocations",
    "Revoked",
    "Sealer",
    "TokenRefused",
    "Tokens",
    "hash_secret",
    "new_api_key",
    "new_secret",
    "weakness",
    "write_revocations",
]
