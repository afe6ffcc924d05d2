"""Random strings that prove something: refresh tokens, invitations. Only hashes are stored."""

from hashlib import sha256
from secrets import token_urlsafe


def new_secret() -> str:
    """256 bits, safe in a URL."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """A fast hash is right here: there is nothing to guess in 256 random bits."""
    return sha256(secret.encode()).hexdigest()
