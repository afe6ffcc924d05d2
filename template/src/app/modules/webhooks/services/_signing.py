"""Secrets and signatures as https://www.standardwebhooks.com defines them."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from secrets import token_bytes

from standardwebhooks import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + b64encode(token_bytes(32)).decode()


def signed(body: str, *, message: str, at: datetime, secrets: Iterable[str]) -> dict[str, str]:
    """Return the headers, with one signature for each secret; a receiver accepts either."""
    signatures = [Webhook(secret).sign(message, at, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "standard-webhooks",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
