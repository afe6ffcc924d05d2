"""Passwords, hashed with argon2id, away from the event loop."""

from asyncio import to_thread
from functools import cached_property

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ._weakness import LONGEST, normalised


class Passwords:
    """`weak` is for tests, which register more people in a minute than most apps in a year."""

    def __init__(self, *, weak: bool = False) -> None:
        self._argon2 = _weak() if weak else Argon2Hasher()
        self._hasher = PasswordHash((self._argon2,))

    async def hash(self, password: str) -> str:
        """Raises ValueError for one that `weakness` would have found too long."""
        if len(password) > LONGEST:
            raise ValueError(f"a password has at most {LONGEST} characters")
        return await to_thread(lambda: self._hasher.hash(normalised(password)))

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Does the same work without a hash, so that time does not tell whether a user exists.

        What is longer than any password is wrong: normalising takes the square of its length.
        """
        if len(password) > LONGEST:
            return False
        known = hashed or self._nobody
        matches = await to_thread(lambda: self._hasher.verify(normalised(password), known))
        return matches and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Made with other parameters than today's: hash the password anew when it is known."""
        return self._argon2.check_needs_rehash(hashed)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")


def _weak() -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
