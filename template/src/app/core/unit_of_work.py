"""The unit of work: one request, job or command, and its one transaction."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Annotated, ParamSpec, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Request

from app.core.acting import check_acting, visitor
from app.core.audit import Act, AuditEntry, write_acts
from app.core.auth import Actor, Reason, Revoked, write_revocations
from app.core.cache import Cache
from app.core.errors import (
    Forbidden,
    InvalidToken,
    NotFound,
    SupportIsReadOnly,
    Unauthenticated,
)
from app.core.etags import Versioned, check_version
from app.core.events import Event, write_events
from app.core.jobs import EnqueuedJob, Job, write_jobs
from app.core.limits import count_act, count_visit, guessing
from app.core.mail import Mailer
from app.core.observability import traceparent
from app.core.observability.log_context import log_context
from app.core.origin import Origin
from app.core.permissions import PUBLIC, SIGNED_IN, SUPERUSER
from app.core.runtime import Runtime
from app.core.security_events import SecurityEvent, record
from app.core.suspension import is_active
from app.core.work import Work
from app.database.session import ReadOnlySession, TenantSession, open_session
from app.database.tenancy import Context, TenantContext

log = structlog.get_logger(__name__)

P = ParamSpec("P")
Row = TypeVar("Row", bound=Versioned)


@dataclass
class PendingWrites:
    """Everything the commit writes besides the rows, in the same transaction."""

    events: list[Event] = field(default_factory=list)
    jobs: list[EnqueuedJob] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    revocations: dict[UUID, Revoked | None] = field(default_factory=dict)


class UnitOfWork(Work):
    """Work with the verbs that services use. The first statement begins the transaction."""

    def __init__(
        self,
        runtime: Runtime,
        actor: Actor,
        context: Context,
        *,
        session: TenantSession | None = None,
        trace_id: str | None = None,
        origin: Origin | None = None,
        guard: Callable[[], str | None] | None = None,
        read_only: bool = False,
    ) -> None:
        """`guard` returns the route's guard, once the request has reached its route."""
        self.is_read_only = read_only or actor.is_read_only
        session = session or open_session(runtime.database.rw, context, read_only=self.is_read_only)
        super().__init__(session, actor, context, trace_id=trace_id, origin=origin)
        self.runtime = runtime
        self.etag_row: Versioned | None = None
        self.required: set[str] = set()
        self.guard = guard
        self._pending = PendingWrites()

    @property
    def traceparent(self) -> str:
        """The `traceparent` header for requests to other services, so that they join our trace."""
        return traceparent(self.trace_id)

    @property
    def mailer(self) -> Mailer:
        """Sends e-mail at once. Services enqueue `send_mail` instead, to send after the commit."""
        return self.runtime.mailer

    @cached_property
    def cache(self) -> Cache:
        """This tenant's cache; see docs/cache.md."""
        return Cache(self, self.runtime.cache)

    def require(self, permission: str) -> None:
        """Raises Unauthenticated (401) for anonymous actors, Forbidden (403) without permission."""
        self.required |= {SIGNED_IN, str(permission)}
        if not self.actor.may(permission):
            self.require_signed_in()
            raise Forbidden(f"This needs the permission {permission}.")

    def require_signed_in(self) -> None:
        """Raises Unauthenticated."""
        self.required.add(SIGNED_IN)
        if self.actor.refusal is not None:
            raise InvalidToken(self.actor.refusal)
        if not self.actor.is_known:
            raise Unauthenticated

    def require_user(self) -> UUID:
        """Return the acting user's id. Raises Unauthenticated for anonymous actors and API keys."""
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
        """Check a route's guard: `@public`, `@signed_in`, `@superuser` or a permission.

        Raises Unauthenticated or Forbidden.
        """
        if guard == SIGNED_IN:
            self.require_signed_in()
        elif guard == SUPERUSER:
            self.require_superuser()
        elif guard != PUBLIC:
            self.require(guard)

    def publish(self, event: Event) -> None:
        """Write the event to the outbox at commit: it exists if and only if its cause does."""
        self._pending.events.append(event)

    def enqueue(self, job: Job[P], *values: P.args, **arguments: P.kwargs) -> UUID:
        """Queue the job at commit and return the id of its run. Raises WrongArguments."""
        run = job.enqueued(*values, **arguments)
        self._pending.jobs.append(run)
        return run.id

    def revoke(self, reason: Reason, *ids: UUID, except_role: str | None = None) -> None:
        """Refuse access tokens that name one of these ids, in every process, from the commit on."""
        self._pending.revocations |= dict.fromkeys(ids, Revoked(reason, except_role))

    def lift_revocation(self, *ids: UUID) -> None:
        self._pending.revocations |= dict.fromkeys(ids)

    def audit(
        self,
        action: str,
        *,
        before: object = None,
        after: object = None,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """Write an entry to the tenant's audit log at commit: who, what, when, where, old and new.

        `notes` are values that no row has, such as a reason.

        Raises ValueError when `before` is `after`, TenantContextRequired without a tenant.
        """
        _ = self.tenant
        self._pending.acts.append(Act(action, before, after, notes or {}))

    async def check_if_match(self, row: Versioned) -> None:
        """Check `If-Match` against the row. Call it before the row is changed or deleted.

        Raises PreconditionFailed.
        """
        await check_version(self, row)

    def set_etag(self, row: Row) -> Row:
        """Return the row, and send its `ETag` with the response."""
        self.etag_row = row
        return row

    match, tag = check_if_match, set_etag  # until 3.0

    async def limit(self, name: str, rate: str, *, of: str = "") -> None:
        """Count one more `name` of this tenant, separately for each `of`. Rollbacks do not undo it.

        A rate is like `"5/hour"`. Raises TooManyRequests.
        """
        await count_act(self, self.runtime.buckets, name, rate, of)

    def guessing(self, account: str) -> AbstractAsyncContextManager[None]:
        """Wrap the check of an account's password or code, whether or not the account exists.

        Counts the attempt for the account, regardless of its address. A rollback does not undo
        that; a successful attempt resets the count. Raises TooManyRequests.
        """
        rate = self.runtime.settings.limits.account
        return guessing(self.runtime.buckets, rate, account)

    def note_security(
        self, event: SecurityEvent, *, reason: str, user_id: UUID | None = None
    ) -> None:
        """Log and count a security event: failures at once, successful actions after the commit."""
        note = partial(
            record,
            self.runtime.observation,
            event,
            reason=reason,
            user_id=user_id or self.actor.user_id,
            address=self.origin.address if self.origin else None,
        )
        if event.is_done:
            self.after_commit(partial(_call, note))
        else:
            note()

    @asynccontextmanager
    async def reads_may_lag(self) -> AsyncIterator[TenantSession]:
        """Yield a session for reads that may be APP_DATABASE_REPLICA_LAG_SECONDS old.

        For lists and reports: they go to the read replica if there is one that lags less, and to
        the primary otherwise. This unit's own writes are always seen: once it has written, its own
        session is yielded.

            async with self.work.reads_may_lag() as session:
                return await InvoiceRepository(session).listed(filters, limit=limit)

        The session only reads: other uses raise ReadsOnly. Do not decide by its rows what to write.
        """
        if self._reads_itself:
            yield self.session
            return
        await self.release()
        database = self.runtime.database
        engine = await database.lagging()
        async with ReadOnlySession(engine, self.context, primary=database.rw) as session:
            yield session

    @property
    def _reads_itself(self) -> bool:
        """True if only this unit's own session sees what it should, or another one costs more."""
        session = self.session
        if session.unscoped or session.writes or self._pending != PendingWrites():
            return True
        return session.is_open and self.runtime.database.replica is None

    @asynccontextmanager
    async def within(
        self, context: Context, *, actor: Actor | None = None
    ) -> AsyncIterator["UnitOfWork"]:
        """Open another unit of work, whose transaction ends with the block.

        Open it before this unit writes: this unit then releases its connection in the meantime.
        Requests that hold one connection and wait for a second deadlock as soon as the pool is
        exhausted. In support it is read-only too, whoever its actor is.
        """
        await self.release()
        async with open_unit(
            self.runtime,
            actor or self.actor,
            context,
            trace_id=self.trace_id,
            origin=self.origin,
            guard=self.guard,
            read_only=self.is_read_only,
        ) as work:
            yield work

    @asynccontextmanager
    async def acting_for(
        self, tenant: TenantContext, *permissions: str
    ) -> AsyncIterator["UnitOfWork"]:
        """Open a unit of work for a tenant where nobody has logged in, and commit it at the end.

        For a page that everybody may see, a webhook that comes in, a job without a tenant. The
        actor has the permissions that are named here and no others, and is nobody, also if the
        client is logged in. Calls are counted for each address and tenant (APP_LIMITS_VISITOR),
        and what is audited says `visitor`.

        Raises Forbidden unless the route is `@public`, or outside of requests for a person's work;
        NotFound if there is no such tenant, or it is suspended; TooManyRequests.
        """
        check_acting(self, tenant, self.guard() if self.guard else None)
        actor = visitor(tenant, permissions, self.runtime.permissions)
        async with self.within(tenant, actor=actor) as work:
            await count_visit(work, self.runtime.buckets, self.runtime.settings.limits.visitor)
            if not await is_active(work, tenant.tenant_id):
                raise NotFound
            with log_context(tenant_id=str(tenant.tenant_id), acting="visitor"):
                yield work

    @asynccontextmanager
    async def across_tenants(
        self, *, bypass_tenant: bool, reason: str
    ) -> AsyncIterator["UnitOfWork"]:
        """Open a unit of work that sees all tenants, as another database role, and audit its use.

        Raises Forbidden for all but superusers, ValueError without `bypass_tenant=True` and a
        reason.
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
        pending, self._pending = self._pending, PendingWrites()
        if self.is_read_only and pending != PendingWrites():
            raise SupportIsReadOnly
        await self._write(pending)
        await self.session.commit()
        # Runs after the commit, so a failing callback must not report the committed work as failed.
        await self._run_callbacks()

    async def _write(self, pending: PendingWrites) -> None:
        if pending.events:
            pending.jobs += await write_events(self, self.runtime.subscriptions, pending.events)
        if pending.jobs:
            await write_jobs(self, self.runtime.jobs, pending.jobs)
        if pending.acts:
            await write_acts(self, pending.acts)
        if pending.revocations:
            lifetime = self.runtime.tokens.lifetime
            await write_revocations(self.session, pending.revocations, lifetime=lifetime)

    async def _run_callbacks(self) -> None:
        """Run the after-commit callbacks. Failures are logged and never raised."""
        callbacks, self._after_commit = self._after_commit, []
        for callback in callbacks:
            try:
                await callback()
            except Exception as error:
                log.error("after commit", error=type(error).__name__, exc_info=error)

    async def release(self) -> None:
        """Return the connection to the pool during a slow step, if this unit has only read.

        Call it before awaiting anything that is not a statement: a hash, a mail server, an API.
        """
        await self.session.release()

    @property
    def is_open(self) -> bool:
        """True while a transaction is open."""
        return self.session.is_open

    async def close(self) -> None:
        """Roll back everything that was not committed."""
        await self.session.close()


@asynccontextmanager
async def open_unit(
    runtime: Runtime,
    actor: Actor,
    context: Context,
    *,
    trace_id: str | None = None,
    origin: Origin | None = None,
    guard: Callable[[], str | None] | None = None,
    read_only: bool = False,
) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work outside HTTP: commits when the block ends, rolls back when it raises."""
    work = UnitOfWork(
        runtime,
        actor,
        context,
        trace_id=trace_id,
        origin=origin,
        guard=guard,
        read_only=read_only,
    )
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
