import asyncio
import os
import threading
import unicodedata

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.auth import Passwords, check_password
from app.core.auth._password_rules import COMMON, _common


class TestCheckPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "short",
            "password1",
            "PASSWORD1",
            "12345678",
            "iloveyou2",
            "aaaaaaaaaaaa",
            "abababababab",
            "ada.lovelace rules",
            "my Bakery is mine",
            "x" * 300,
        ],
    )
    def test_is_told(self, password: str) -> None:
        assert check_password(password, about=["ada.lovelace@example.com", "Bakery"])

    @pytest.mark.parametrize(
        "password",
        [
            "correct horse battery staple",
            "a" * 30 + " long one " + "b" * 30,
            "пароль для сайта",
            "only lower case letters",
        ],
    )
    def test_is_not_in_a_long_password_of_any_characters(self, password: str) -> None:
        assert check_password(password, about=["ada@example.com", "API"]) is None

    def test_ignores_words_too_short_to_mean_anything(self) -> None:
        assert check_password("happily rapid map", about=["api@example.com", "API"]) is None

    def test_knows_thousands_of_common_passwords(self) -> None:
        assert len(_common()) > 8000
        assert COMMON.stat().st_size < 40_000


class TestPasswords:
    async def test_are_the_same_however_they_are_composed(self) -> None:
        passwords = Passwords(weak=True)
        hashed = await passwords.hash(unicodedata.normalize("NFC", "Übergrößenträger"))

        decomposed = unicodedata.normalize("NFD", "Übergrößenträger")

        assert await passwords.verify(decomposed, hashed)

    async def test_are_verified_for_nobody_too(self) -> None:
        assert not await Passwords(weak=True).verify("nobody has this password", None)

    async def test_say_when_their_parameters_are_old(self) -> None:
        passwords = Passwords()
        weak = PasswordHash((Argon2Hasher(time_cost=1),)).hash("correct horse")

        assert passwords.is_outdated(weak)
        assert not passwords.is_outdated(await passwords.hash("correct horse"))


class TestManyAtOnce:
    async def test_hash_in_few_threads_and_leave_the_loops_own_free(self) -> None:
        running: set[str] = set()

        class Watched(Argon2Hasher):
            def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
                running.add(threading.current_thread().name)
                return "hashed"

        passwords = Passwords(weak=True)
        passwords._hasher = PasswordHash((Watched(),))

        await asyncio.gather(*(passwords.hash("correct horse battery") for _ in range(40)))

        assert all(name.startswith("passwords") for name in running)
        assert len(running) <= max(1, (os.cpu_count() or 1) // 2)
