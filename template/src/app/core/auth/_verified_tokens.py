"""Cache of access tokens whose signatures were verified, until they expire.

Revocations are still checked at each request (_revocation_cache.py).
"""

from hashlib import sha256
from time import time

from ._claims import AccessClaims

MOST_TOKENS = 10_000


class VerifiedTokenCache:
    """Cache of this process, keyed by hash so that no usable tokens are kept in memory."""

    def __init__(self, most: int = MOST_TOKENS) -> None:
        self.most = most
        self._known: dict[bytes, tuple[float, AccessClaims]] = {}

    def find(self, token: str) -> AccessClaims | None:
        """Return the claims, or None if the token is unknown or expired."""
        expires_at, claims = self._known.get(_hash(token), (0.0, None))
        return claims if time() < expires_at else None

    def remember(self, token: str, claims: AccessClaims, *, expires_at: float) -> None:
        # Clearing is simpler than evicting: the cost is one more signature check for each token in
        # use.
        if len(self._known) >= self.most:
            self._known.clear()
        self._known[_hash(token)] = (expires_at, claims)


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
