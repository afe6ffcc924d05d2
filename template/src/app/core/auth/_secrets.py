"""Random secrets, such as refresh tokens and invitations. Only their hashes are stored."""

from hashlib import sha256
from secrets import token_urlsafe


def new_secret() -> str:
    """Return 256 random bits, URL-safe."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Hash with SHA-256. A fast hash suffices: 256 random bits cannot be guessed."""
    return sha256(secret.encode()).hexdigest()
