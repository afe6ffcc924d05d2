"""Access tokens whose signature was checked already: the same token says the same until it expires.

Whether it was revoked meanwhile is asked for each request all the same (_watch.py).
"""

from hashlib import sha256
from time import time

from ._claims import AccessClaims

MOST_TOKENS = 10_000


class VerifiedTokens:
    """Of this process. Keeps hashes, so that no list of usable tokens lies in memory."""

    def __init__(self, most: int = MOST_TOKENS) -> None:
        self.most = most
        self._known: dict[bytes, tuple[float, AccessClaims]] = {}

    def find(self, token: str) -> AccessClaims | None:
        """None for a token that was not seen, or that has expired."""
        expires_at, claims = self._known.get(_hash(token), (0.0, None))
        return claims if time() < expires_at else None

    def remember(self, token: str, claims: AccessClaims, *, expires_at: float) -> None:
        if len(self._known) >= self.most:
            self._known.clear()
        self._known[_hash(token)] = (expires_at, claims)


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
