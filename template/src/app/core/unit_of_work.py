"""The circumstances of one request, job or command, and its one transaction."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Annotated, ParamSpec, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Request

from app.core.audit import Act, AuditEntry, write_acts
from app.core.auth import Actor, Reason, Revoked, write_revocations
from app.core.cache import Cache
from app.core.errors import Forbidden, InvalidToken, Unauthenticated
from app.core.etags import Versioned, check_version
from app.core.events import Event, write_events
from app.core.jobs import EnqueuedJob, Job, write_jobs
from app.core.limits import count_act, guessing
from app.core.mail import Mailer
from app.core.observability import traceparent
from app.core.origin import Origin
from app.core.permissions import PUBLIC, SIGNED_IN, SUPERUSER
from app.core.runtime import Runtime
from app.core.security_events import SecurityEvent, record
from app.core.work import Work
from app.database.session import TenantSession, open_session
from app.database.tenancy import Context

log = structlog.get_logger(__name__)

P = ParamSpec("P")
Row = TypeVar("Row", bound=Versioned)


@dataclass
class Gathered:
    """What the commit writes besides the rows, in their transaction."""

    events: list[Event] = field(default_factory=list)
    jobs: list[EnqueuedJob] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    revocations: dict[UUID, Revoked | None] = field(default_factory=dict)


class UnitOfWork(Work):
    """Work and the verbs that services use. It touches the database at the first statement."""

    def __init__(
        self,
        runtime: Runtime,
        actor: Actor,
        context: Context,
        *,
        session: TenantSession | None = None,
        trace_id: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        session = session or open_session(runtime.database.rw, context)
        super().__init__(session, actor, context, trace_id=trace_id, origin=origin)
        self.runtime = runtime
        self.tagged: Versioned | None = None
        self.required: set[str] = set()
        self._gathered = Gathered()

    @property
    def traceparent(self) -> str:
        """The header of this name, for a request to another service: it takes part in our trace."""
        return traceparent(self.trace_id)

    @property
    def mailer(self) -> Mailer:
        """Sends an e-mail now; a service enqueues `send_mail`, which is sent after the commit."""
        return self.runtime.mailer

    @cached_property
    def cache(self) -> Cache:
        """Of this tenant; docs/cache.md."""
        return Cache(self, self.runtime.cache)

    def require(self, permission: str) -> None:
        """Raises Unauthenticated (401) for nobody, Forbidden (403) for somebody who may not."""
        self.require_signed_in()
        self.required.add(str(permission))
        if not self.actor.may(permission):
            raise Forbidden(f"This needs the permission {permission}.")

    def require_signed_in(self) -> None:
        """Raises Unauthenticated."""
        self.required.add(SIGNED_IN)
        if self.actor.refusal is not None:
            raise InvalidToken(self.actor.refusal)
        if not self.actor.is_known:
            raise Unauthenticated

    def require_user(self) -> UUID:
        """The id of the user who acts. Raises Unauthenticated for nobody, and for API keys."""
        self.require_signed_in()
        if self.actor.user_id is None:
            raise Unauthenticated("This is for users, not for API keys.")
        return self.actor.user_id

    def require_superuser(self) -> None:
        """Raises Unauthenticated or Forbidden."""
        self.require_signed_in()
        self.required.add(SUPERUSER)
        if not self.actor.is_superuser:
            raise Forbidden("This is for superusers.")

    def require_guard(self, guard: str) -> None:
        """What a route declares: `@public`, `@signed_in`, `@superuser` or a permission.

        Raises Unauthenticated or Forbidden.
        """
        if guard == SIGNED_IN:
            self.require_signed_in()
        elif guard == SUPERUSER:
            self.require_superuser()
        elif guard != PUBLIC:
            self.require(guard)

    def publish(self, event: Event) -> None:
        """Written to the outbox by the commit: the event happens if and only if its cause does."""
        self._gathered.events.append(event)

    def enqueue(self, job: Job[P], *values: P.args, **arguments: P.kwargs) -> UUID:
        """Queued by the commit; the answer names the run. Raises WrongArguments."""
        run = job.enqueued(*values, **arguments)
        self._gathered.jobs.append(run)
        return run.id

    def revoke(self, reason: Reason, *ids: UUID, except_role: str | None = None) -> None:
        """From the commit on, every process refuses access tokens that name one of these ids."""
        self._gathered.revocations |= dict.fromkeys(ids, Revoked(reason, except_role))

    def lift_revocation(self, *ids: UUID) -> None:
        self._gathered.revocations |= dict.fromkeys(ids)

    def audit(self, action: str, *, before: object = None, after: object = None) -> None:
        """Into the tenant's log with the commit: who, what, when, from where, old and new.

        Raises ValueError when `before` is `after`, TenantContextRequired without a tenant.
        """
        _ = self.tenant
        self._gathered.acts.append(Act(action, before, after))

    async def match(self, row: Versioned) -> None:
        """Ends a request that expects another version of the row, before it is changed or deleted.

        Raises PreconditionFailed.
        """
        await check_version(self, row)

    def tag(self, row: Row) -> Row:
        """The answer carries the `ETag` of this row, which is given back."""
        self.tagged = row
        return row

    async def limit(self, name: str, rate: str, *, of: str = "") -> None:
        """Counts one more `name` of this tenant, each `of` for itself; no rollback takes it back.

        A rate is like `"5/hour"`. Raises TooManyRequests.
        """
        await count_act(self, self.runtime.buckets, name, rate, of)

    def guessing(self, account: str) -> AbstractAsyncContextManager[None]:
        """Around a look at a password or a code of this account, whether or not there is one.

        Counts the try for the account, wherever it comes from; no rollback takes it back, and a
        right one forgets those before. Raises TooManyRequests.
        """
        rate = self.runtime.settings.limits.account
        return guessing(self.runtime.buckets, rate, account)

    def note_security(
        self, event: SecurityEvent, *, reason: str, user_id: UUID | None = None
    ) -> None:
        """Into the log and the metrics: a failure now, what was done once it is committed."""
        tell = partial(
            record,
            self.runtime.observation,
            event,
            reason=reason,
            user_id=user_id or self.actor.user_id,
            address=self.origin.address if self.origin else None,
        )
        if event.is_done:
            self.after_commit(partial(_call, tell))
        else:
            tell()

    @asynccontextmanager
    async def within(
        self, context: Context, *, actor: Actor | None = None
    ) -> AsyncIterator["UnitOfWork"]:
        """Another unit, for the same actor or another one; its transaction ends with the block.

        Open it before this unit writes: then this one holds no connection meanwhile. Requests that
        hold one and wait for a second stop each other as soon as the pool is empty.
        """
        await self.release()
        async with open_unit(
            self.runtime,
            actor or self.actor,
            context,
            trace_id=self.trace_id,
            origin=self.origin,
        ) as work:
            yield work

    @asynccontextmanager
    async def across_tenants(
        self, *, bypass_tenant: bool, reason: str
    ) -> AsyncIterator["UnitOfWork"]:
        """Another unit that sees all tenants, on another log-in, and leaves an audit entry.

        Raises Forbidden for all but superusers, ValueError without `bypass_tenant=True`
        and a reason.
        """
        self.require_superuser()
        if bypass_tenant is not True or not reason.strip():
            raise ValueError("across_tenants takes bypass_tenant=True and the reason")
        await self.release()
        session = open_session(self.runtime.database.admin, None, unscoped=True)
        work = UnitOfWork(self.runtime, self.actor, None, session=session, trace_id=self.trace_id)
        work.session.add(
            AuditEntry(actor_id=self.actor.user_id, action="across_tenants", reason=reason)
        )
        async with _finishing(work):
            yield work

    async def commit(self) -> None:
        gathered, self._gathered = self._gathered, Gathered()
        await self._write(gathered)
        await self.session.commit()
        await self._tell_others()

    async def _write(self, gathered: Gathered) -> None:
        if gathered.events:
            gathered.jobs += await write_events(self, self.runtime.subscriptions, gathered.events)
        if gathered.jobs:
            await write_jobs(self, self.runtime.jobs, gathered.jobs)
        if gathered.acts:
            await write_acts(self, gathered.acts)
        if gathered.revocations:
            lifetime = self.runtime.tokens.lifetime
            await write_revocations(self.session, gathered.revocations, lifetime=lifetime)

    async def _tell_others(self) -> None:
        """What is committed stays so: whoever cannot hear of it does not turn it into an error."""
        callbacks, self._after_commit = self._after_commit, []
        for callback in callbacks:
            try:
                await callback()
            except Exception as error:
                log.error("after commit", error=type(error).__name__, exc_info=error)

    async def release(self) -> None:
        """Gives the connection back if this unit has only read, for the time of a slow step.

        Call it before you await something that is no statement: a hash, a mail server, an API.
        """
        await self.session.release()

    @property
    def is_open(self) -> bool:
        """A transaction has begun and not ended."""
        return self.session.is_open

    async def close(self) -> None:
        """Rolls back what was not committed."""
        await self.session.close()


@asynccontextmanager
async def open_unit(
    runtime: Runtime,
    actor: Actor,
    context: Context,
    *,
    trace_id: str | None = None,
    origin: Origin | None = None,
) -> AsyncIterator[UnitOfWork]:
    """A unit outside HTTP: commits when the block ends, rolls back when it raises."""
    work = UnitOfWork(runtime, actor, context, trace_id=trace_id, origin=origin)
    async with _finishing(work):
        yield work


@asynccontextmanager
async def _finishing(work: UnitOfWork) -> AsyncIterator[None]:
    try:
        yield
        await work.commit()
    finally:
        await work.close()


async def _call(callback: Callable[[], None]) -> None:
    callback()


async def _current_work(request: Request) -> UnitOfWork:
    work: UnitOfWork = request.state.work
    return work


CurrentWork = Annotated[UnitOfWork, Depends(_current_work)]
