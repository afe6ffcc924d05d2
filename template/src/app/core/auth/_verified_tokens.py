"""Cache of access tokens whose signatures were verified, until they expire.

Revocations are still checked at each request (_revocation_cache.py).
"""

from hashlib import sha256
from time import time

from ._claims import AccessClaims

MOST_TOKENS = 10_000
"""An entry takes 0.8 KB, and there are up to twice as many."""

Entry = tuple[float, AccessClaims]


class VerifiedTokenCache:
    """Cache of this process, keyed by hash so that no usable tokens are kept in memory.

    When it is full, the tokens in use move to a new dictionary, each with its next request, and
    the others go with the old one.
    """

    def __init__(self, most: int = MOST_TOKENS) -> None:
        self.most = most
        self._known: dict[bytes, Entry] = {}
        self._older: dict[bytes, Entry] = {}

    def find(self, token: str) -> AccessClaims | None:
        """Return the claims, or None if the token is unknown or expired."""
        key = _hash(token)
        entry = self._known.get(key)
        if entry is None:
            entry = self._older.get(key)
            if entry is None:
                return None
            self._keep(key, entry)
        expires_at, claims = entry
        return claims if time() < expires_at else None

    def remember(self, token: str, claims: AccessClaims, *, expires_at: float) -> None:
        self._keep(_hash(token), (expires_at, claims))

    def _keep(self, key: bytes, entry: Entry) -> None:
        if len(self._known) >= self.most:
            self._older, self._known = self._known, {}
        self._known[key] = entry


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
