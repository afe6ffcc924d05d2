"""Passwords, hashed with argon2id, away from the event loop."""

from asyncio import to_thread
from functools import cached_property

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))

    async def hash(self, password: str) -> str:
        return await to_thread(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Does the same work without a hash, so that time does not tell whether a user exists."""
        matches = await to_thread(self._hasher.verify, password, hashed or self._nobody)
        return matches and hashed is not None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")
