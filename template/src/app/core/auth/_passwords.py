"""Password hashing with argon2id, in threads of its own."""

import os
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ._password_rules import LONGEST, normalised

Result = TypeVar("Result")

THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2), thread_name_prefix="passwords")
"""Few, because each hash computes in several threads: many log-ins at once queue here instead of
taking the processor from all other requests. Name look-ups have the loop's own threads."""


class Passwords:
    """Hashes and verifies passwords. `weak` makes hashing cheap, for tests only."""

    def __init__(self, *, weak: bool = False) -> None:
        self._argon2 = _weak() if weak else Argon2Hasher()
        self._hasher = PasswordHash((self._argon2,))

    async def hash(self, password: str) -> str:
        """Hash a password. Raises ValueError if it is longer than `check_password` allows."""
        if len(password) > LONGEST:
            raise ValueError(f"a password has at most {LONGEST} characters")
        return await _in_thread(lambda: self._hasher.hash(normalised(password)))

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Verify a password. Takes the same time without a hash, so that timing reveals no users.

        Longer passwords fail at once, because the cost of normalising grows with the square of the
        length.
        """
        if len(password) > LONGEST:
            return False
        known = hashed or self._nobody
        matches = await _in_thread(lambda: self._hasher.verify(normalised(password), known))
        return matches and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """True if the parameters have changed: rehash the password at the next log-in."""
        return self._argon2.check_needs_rehash(hashed)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")


async def _in_thread(compute: Callable[[], Result]) -> Result:
    return await get_running_loop().run_in_executor(THREADS, compute)


def _weak() -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
