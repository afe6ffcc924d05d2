"""Stored responses, encrypted because they may contain a token that is stored nowhere else."""

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from starlette.types import Send

from ._errors import ResponseLost

REPLAYED = (b"idempotent-replayed", b"true")


@dataclass(frozen=True)
class StoredResponse:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def encrypt(self, secrets: Sequence[str], key: str) -> bytes:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers
        ]
        return _cipher(secrets, key).encrypt(
            orjson.dumps([self.status, headers, b64encode(self.body).decode()])
        )

    @classmethod
    def decrypt(cls, encrypted: bytes, secrets: Sequence[str], key: str) -> "StoredResponse":
        """Decrypt a stored response. Raises ResponseLost."""
        try:
            status, headers, body = orjson.loads(_cipher(secrets, key).decrypt(encrypted))
        except InvalidToken:
            raise ResponseLost from None
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return cls(status, pairs, b64decode(body))

    async def send_again(self, send: Send) -> None:
        headers = [*self.headers, REPLAYED]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def _cipher(secrets: Sequence[str], key: str) -> MultiFernet:
    """Encrypt with the first secret, decrypt with any of them."""
    hashes = (sha256(f"{secret}\n{key}".encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(each)) for each in hashes])
