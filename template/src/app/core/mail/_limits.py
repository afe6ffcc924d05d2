"""Rate limits of e-mails: per recipient, and per tenant."""

from hashlib import sha256
from typing import Protocol

from app.config import Rate, Settings
from app.core.errors import TooManyRequests
from app.core.limits import Buckets, whole_seconds
from app.database.tenancy import Context, TenantContext


class Counting(Protocol):
    """The runtime's settings and counters."""

    @property
    def settings(self) -> Settings: ...

    @property
    def buckets(self) -> Buckets: ...


class CountsMail(Protocol):
    """A unit of work whose e-mails are counted."""

    @property
    def context(self) -> Context: ...

    @property
    def runtime(self) -> Counting: ...


async def count_email(work: CountsMail, kind: str, *, to: str) -> None:
    """Count one e-mail that a user requests, before it is enqueued. A rollback does not undo it.

    Each `kind` is counted separately, so that other e-mails cannot use up the limit of a
    recipient's password resets. Raises TooManyRequests.
    """
    await count_recipient(work, kind, to=to)
    limits = work.runtime.settings.limits
    if isinstance(work.context, TenantContext):
        await _take(work, f"limit:{work.context.tenant_id}:mail", limits.mail_tenant)


async def count_recipient(work: CountsMail, kind: str, *, to: str) -> None:
    """Count an e-mail that nobody requested: only for its recipient, not for the tenant."""
    recipient = sha256(to.lower().encode()).hexdigest()
    rate = work.runtime.settings.limits.mail_recipient
    await _take(work, f"limit:mail:{kind}:{recipient}", rate)


async def _take(work: CountsMail, key: str, rate: Rate | None) -> None:
    if rate is None:
        return
    taken = await work.runtime.buckets.take(key, rate)
    if not taken.allowed:
        seconds = max(1, whole_seconds(taken.retry_in))
        raise TooManyRequests(
            "Too many e-mails were asked for; wait and try again.",
            headers={"Retry-After": str(seconds)},
        )
