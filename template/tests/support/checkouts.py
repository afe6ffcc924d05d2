"""Find requests that hold a connection while they wait for something else.

If the pool is empty, a request that needs a second connection waits for the others, and they wait
for it: a deadlock. A request that hashes a password or talks to a mail server keeps its connection
from others meanwhile. Both raise here, whether or not the pool is empty.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from app.core.auth import Passwords
from app.core.mail import MemoryMailer, PreviewMailer, SmtpMailer
from app.core.worker.runner import Runner

SLOW = (
    (Passwords, "hash"),
    (Passwords, "verify"),
    (MemoryMailer, "send"),
    (PreviewMailer, "send"),
    (SmtpMailer, "send"),
)

Call = Callable[..., Awaitable[Any]]


@dataclass
class Held:
    """The connections of one request or job, with their pools."""

    most: int
    pools: dict[ConnectionPoolEntry, Pool] = field(default_factory=dict)


_held: ContextVar[Held | None] = ContextVar("connections in hand", default=None)


class ConnectionHeld(AssertionError):
    """A request or job waits while it holds a connection."""


@pytest.fixture(scope="session", autouse=True)
def one_connection_at_a_time() -> Iterator[None]:
    """Allow each request of an app in this process one connection per engine."""
    with watched():
        yield


@contextmanager
def watched() -> Iterator[None]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name, listener in (("checkout", _checkout), ("checkin", _checkin)):
            event.listen(Pool, name, listener)
            stack.callback(event.remove, Pool, name, listener)
        patch.setattr(FastAPI, "__call__", _with_own(FastAPI.__call__, most=1))
        # A job may report progress in a second transaction, so it may hold two connections.
        patch.setattr(Runner, "run", _with_own(Runner.run, most=2))
        for kind, name in SLOW:
            patch.setattr(kind, name, _without_connection(getattr(kind, name)))
        yield


def _with_own(call: Call, *, most: int) -> Call:
    """Count only connections of the call, not those that the test holds itself."""

    @wraps(call)
    async def wrapped(*args: Any) -> Any:
        token = _held.set(Held(most))
        try:
            return await call(*args)
        finally:
            _held.reset(token)

    return wrapped


def _without_connection(call: Call) -> Call:
    @wraps(call)
    async def wrapped(*args: Any) -> Any:
        held = _held.get()
        if held and held.pools:
            raise ConnectionHeld(f"{call.__qualname__} is awaited with a connection in hand")
        return await call(*args)

    return wrapped


def _checkout(_: object, entry: ConnectionPoolEntry, proxied: Any) -> None:
    held = _held.get()
    if held is None:
        return
    pool = proxied._pool
    if list(held.pools.values()).count(pool) >= held.most:
        raise ConnectionHeld("another connection is taken while the first one is held")
    held.pools[entry] = pool
    entry.record_info["held"] = held  # type: ignore[index]  # it has one until it is closed


def _checkin(_: object, entry: ConnectionPoolEntry) -> None:
    held: Held | None = (entry.record_info or {}).pop("held", None)
    if held is not None:
        held.pools.pop(entry, None)
