"""Codes of six digits from a device (TOTP, RFC 6238), and recovery codes that replace it."""

import secrets
from hmac import compare_digest

import pyotp

from app.core.auth import hash_secret
from app.kit import clock

STEP_SECONDS = 30
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""It lacks 0, 1, i, l and o, which are easily confused."""


def step_of(code: str, secret: str, *, after: int) -> int | None:
    """Return the 30-second step, current or neighbouring, of this code; None up to `after`."""
    now = int(clock.now().timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in (now - 1, now, now + 1):
        same = compare_digest(totp.generate_otp(step).encode(), code.strip().encode())
        if same and step > after:
            return step
    return None


def new_recovery_code() -> str:
    """Return 79 random bits in four groups of four characters, readable on paper."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def hash_of(recovery_code: str) -> str:
    return hash_secret("".join(each for each in recovery_code.lower() if each.isalnum()))
