"""How many letters may be asked for: for one address, whoever asks, and by one tenant."""

from hashlib import sha256
from typing import TYPE_CHECKING

from app.config import Rate
from app.core.errors import TooManyRequests
from app.core.limits import whole_seconds
from app.database.tenancy import TenantContext

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork


async def count_letter(work: "UnitOfWork", kind: str, *, to: str) -> None:
    """Counts one more letter that a person asks for, before it is enqueued; no rollback takes it
    back.

    Each `kind` for itself, so that nobody uses up the letters with which another one gets a new
    password. Raises TooManyRequests.
    """
    await count_recipient(work, kind, to=to)
    limits = work.runtime.settings.limits
    if isinstance(work.context, TenantContext):
        await _take(work, f"limit:{work.context.tenant_id}:mail", limits.mail_tenant)


async def count_recipient(work: "UnitOfWork", kind: str, *, to: str) -> None:
    """As `count_letter`, for what nobody asked for: only who gets it counts, whoever sends it."""
    recipient = sha256(to.lower().encode()).hexdigest()
    rate = work.runtime.settings.limits.mail_recipient
    await _take(work, f"limit:mail:{kind}:{recipient}", rate)


async def _take(work: "UnitOfWork", key: str, rate: Rate | None) -> None:
    if rate is None:
        return
    taken = await work.runtime.buckets.take(key, rate)
    if not taken.allowed:
        seconds = max(1, whole_seconds(taken.retry_in))
        raise TooManyRequests(
            "Too many e-mails were asked for; wait and try again.",
            headers={"Retry-After": str(seconds)},
        )
