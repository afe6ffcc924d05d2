"""Encryption at rest (RFC 7516) for secrets that must be read again, such as TOTP secrets."""

from collections.abc import Sequence
from hashlib import sha256

from joserfc import jwe
from joserfc.jwk import KeySet, OctKey


class Encrypter:
    """Encrypts with `secret`, and decrypts what `previous` secrets have encrypted as well."""

    def __init__(self, secret: str, *, previous: Sequence[str] = ()) -> None:
        self._key = _key(secret)
        self._keys = KeySet([self._key, *map(_key, previous)])

    @property
    def key_id(self) -> str:
        """The id of the current key: re-encrypt whatever was encrypted with another one."""
        return str(self._key.kid)

    def encrypt(self, text: str) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self.key_id}
        return jwe.encrypt_compact(header, text, self._key)

    def decrypt(self, encrypted: str) -> str:
        """Decrypt. Raises joserfc's JoseError if the text was changed or its key is gone."""
        plain = jwe.decrypt_compact(encrypted, self._keys).plaintext
        return (plain or b"").decode()

    seal, open = encrypt, decrypt  # until 3.0


def _key(secret: str) -> OctKey:
    """Derive a separate key, so that the signing key is not used for encryption."""
    name = sha256(b"seal-kid:" + secret.encode()).hexdigest()[:12]
    return OctKey.import_key(sha256(b"seal:" + secret.encode()).digest(), {"kid": name})
