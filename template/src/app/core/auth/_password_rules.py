"""Password rules after NIST SP 800-63B, 5.1.1.2: not short, common or guessable.

There are no rules about digits and special characters, and no expiry: both make passwords worse.

common_passwords.txt.gz: those of the 20,000 most common passwords (Royce Williams, from leaked
lists) that have eight characters or more, as Django 5.2 ships them (BSD-3-Clause, Django Software
Foundation).
"""

import gzip
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from app.core.languages import message

COMMON = Path(__file__).with_name("common_passwords.txt.gz")
SHORTEST = 8
LONGEST = 256
SHORTEST_WORD = 4
"""Shorter words occur in good passwords by chance."""


def normalised(password: str) -> str:
    """Normalise (NFKC), so that all keyboards produce the same characters."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, about: Iterable[str] = ()) -> str | None:
    """Return why the password is refused, as a sentence, or None.

    `about` is publicly known text, such as the user's e-mail address.
    """
    if len(password) > LONGEST:
        return message(f"Take {LONGEST} characters or fewer.")
    plain = normalised(password).casefold()
    if len(plain) < SHORTEST:
        return message(f"Take {SHORTEST} characters or more.")
    if len(plain) > LONGEST:
        return message(f"Take {LONGEST} characters or fewer.")
    if plain in _common() or len(set(plain)) < 3:
        return message("This password is too common.")
    if any(word in plain for word in _words(about)):
        return message("The password contains your e-mail address or the product's name.")
    return None


def _words(about: Iterable[str]) -> set[str]:
    """Return the words to look for: of an e-mail address the whole and its local part."""
    words = {part for text in about for part in (text.casefold(), text.casefold().split("@")[0])}
    return {word for word in words if len(word) >= SHORTEST_WORD}


@cache
def _common() -> frozenset[str]:
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode().split())
