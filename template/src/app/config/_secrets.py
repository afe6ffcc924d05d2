"""Signing secrets: a generated one per copy in development, a strong one in production."""

import os
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from math import log2
from pathlib import Path
from secrets import token_urlsafe

SHORTEST = 32
LEAST_BITS = 90
"""Entropy by character frequency. 32 random hexadecimal digits have about 115 bits."""

PUBLISHED = frozenset({"for-development-only-never-for-production"})
"""Published in releases of the standard, so refused also in development."""

KNOWN_WORDS = (
    "1234567",
    "314159265",
    "abcdefg",
    "changeme",
    "changethis",
    "correcthorse",
    "default",
    "development",
    "example",
    "insecure",
    "letmein",
    "password",
    "placeholder",
    "production",
    "qwerty",
    "replaceme",
    "secret",
    "supersafe",
)


def secret_problem(secret: str, *, shortest: int = SHORTEST) -> str | None:
    """Return why the secret is easy to guess, or None for a random one."""
    if secret in PUBLISHED:
        return "is known to everybody"
    if len(secret) < shortest:
        return f"must have {shortest} characters or more"
    plain = "".join(filter(str.isalnum, secret.lower()))
    if any(word in plain for word in KNOWN_WORDS):
        return "must be random, and contains a word that everybody tries"
    if secret in (secret + secret)[1:-1] or _is_a_row(secret):
        return "must be random, and is a pattern that repeats"
    if _bits(secret) < LEAST_BITS * shortest / SHORTEST:
        return "must be random, and has too few different characters"
    return None


def kept_secret(folder: Path) -> str:
    """Return this copy's secret; generated at the first call. Raises OSError."""
    file = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"secret_key.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):  # another process was faster
            # A link appears with the whole content, or not at all.
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="utf-8")


def _bits(secret: str) -> float:
    counts = Counter(secret).values()
    return -sum(count * log2(count / len(secret)) for count in counts)


def _is_a_row(secret: str) -> bool:
    """True for sequences such as abcdef… or 98765…: most characters are neighbours."""
    steps = [abs(ord(one) - ord(other)) for one, other in pairwise(secret)]
    return sum(step <= 1 for step in steps) > len(steps) * 3 / 4
