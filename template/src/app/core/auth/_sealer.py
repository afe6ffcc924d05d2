"""Secrets that must be read again, such as a second factor's: encrypted at rest (RFC 7516)."""

from collections.abc import Sequence
from hashlib import sha256

from joserfc import jwe
from joserfc.jwk import KeySet, OctKey


class Sealer:
    """The database alone tells nothing. Opens what `previous` secrets have sealed too."""

    def __init__(self, secret: str, *, previous: Sequence[str] = ()) -> None:
        self._key = _key(secret)
        self._keys = KeySet([self._key, *map(_key, previous)])

    @property
    def key_id(self) -> str:
        """Of the key that seals: what was sealed with another one had better be sealed again."""
        return str(self._key.kid)

    def seal(self, text: str) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.key_id}
        return jwe.encrypt_compact(header, text, self._key)

    def open(self, sealed: str) -> str:
        """Raises joserfc's JoseError when it was changed, or its secret is gone."""
        plain = jwe.decrypt_compact(sealed, self._keys).plaintext
        return (plain or b"").decode()


def _key(secret: str) -> OctKey:
    """Not the key that signs: one secret, two purposes, two keys."""
    name = sha256(b"seal-kid:" + secret.encode()).hexdigest()[:12]
    return OctKey.import_key(sha256(b"seal:" + secret.encode()).digest(), {"kid": name})
