"""Limits that services count themselves, because only they know the action and its target."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import orjson

from app.config import Rate, read_rate
from app.core.errors import TooManyRequests
from app.core.origin import network_of
from app.core.work import Work
from app.database.tenancy import Context, PersonContext, TenantContext

from ._buckets import Buckets, whole_seconds
from ._tries import Tries


async def count_act(work: Work, buckets: Buckets, name: str, rate: str, of: str) -> None:
    """Count one action. Raises TooManyRequests, or ValueError for an invalid rate."""
    read = read_rate(rate)
    if not isinstance(read, Rate):
        raise ValueError(f"{rate} is no rate")
    await _count(buckets, _key(work.context, name, of), read)


async def count_visit(work: Work, buckets: Buckets, rate: Rate | None) -> None:
    """Count one visit of an address to the tenant, without a log-in. Raises TooManyRequests."""
    address = work.origin.address if work.origin else None
    if rate is not None and address is not None:
        await _count(buckets, _key(work.context, "visits", network_of(address)), rate)


async def _count(buckets: Buckets, key: str, rate: Rate) -> None:
    taken = await buckets.take(key, rate)
    if not taken.allowed:
        raise TooManyRequests(headers={"Retry-After": str(max(1, whole_seconds(taken.retry_in)))})


@asynccontextmanager
async def guessing(buckets: Buckets, rate: Rate | None, account: str) -> AsyncIterator[None]:
    """Count one attempt at a secret of the account, from any client and address.

    If the block succeeds, earlier attempts are reset. Raises TooManyRequests.
    """
    tries = Tries(buckets, "account", rate)
    whose = sha256(account.encode()).hexdigest()
    await tries.count(whose)
    yield
    await tries.reset(whose)


def _key(context: Context, name: str, of: str) -> str:
    """Return the bucket's key. `of` is hashed: it may be an e-mail address."""
    digest = sha256(orjson.dumps([name, of])).hexdigest()
    match context:
        case TenantContext(tenant_id):
            return f"limit:{tenant_id}:{digest}"
        case PersonContext(user_id):
            return f"limit:person:{user_id}:{digest}"
        case None:
            return f"limit:nobody:{digest}"
