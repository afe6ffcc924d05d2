"""Authentication: passwords, tokens, API keys, and the actor that they prove."""

from ._actor import ANONYMOUS, Actor
from ._api_keys import ApiKeys, FoundKey, new_api_key
from ._authenticator import Authenticator
from ._claims import AccessClaims
from ._cookies import SAFE_METHODS, Cookies
from ._encrypter import Encrypter
from ._oidc import ExternalIdentity, OidcClient, OidcRefused
from ._password_rules import check_password
from ._passwords import Passwords
from ._revocation_cache import RevocationCache
from ._revocations import Reason, Revoked, write_revocations
from ._secrets import hash_secret, new_secret
from ._tokens import SUPPORT_LIFETIME, TokenRefused, Tokens

__all__ = [
    "ANONYMOUS",
    "SAFE_METHODS",
    "SUPPORT_LIFETIME",
    "AccessClaims",
    "Actor",
    "ApiKeys",
    "Authenticator",
    "Cookies",
    "Encrypter",
    "ExternalIdentity",
    "FoundKey",
    "OidcClient",
    "OidcRefused",
    "Passwords",
    "Reason",
    "RevocationCache",
    "Revoked",
    "TokenRefused",
    "Tokens",
    "check_password",
    "hash_secret",
    "new_api_key",
    "new_secret",
    "write_revocations",
]

ForeignIdentity = ExternalIdentity  # until 3.0
Revocations = RevocationCache  # until 3.0
Sealer = Encrypter  # until 3.0
weakness = check_password  # until 3.0
