"""Store successful responses in their transaction, and replay them.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.http import is_streamed
from app.core.http._body import read
from app.core.http.problems import problem_response
from app.core.http.routing import MarkedRoutes
from app.core.permissions import guard_of, public
from app.core.unit_of_work import UnitOfWork
from app.database.tenancy import TenantContext

from ._errors import IdempotencyKeyRefused, IdempotencyKeyReused, RequestInProgress
from ._models import IdempotencyRecord
from ._response import StoredResponse

HEADER = b"idempotency-key"
LONGEST = 255
TAKE_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:turn, 0))").execution_options(
    raw_sql="a lock, no rows",
    releasable=True,  # for routes that use other units: two responses for one key then collide
)


class IdempotencyMiddleware:
    """Runs inside TransactionMiddleware, and only for actors in a tenant."""

    def __init__(self, app: ASGIApp, *, secrets: Sequence[str]) -> None:
        self.app = app
        self.secrets = secrets
        self.guards: MarkedRoutes[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replay the stored response, or run the request and store its response.

        Raises IdempotencyKeyRefused, IdempotencyKeyReused, RequestInProgress, ResponseLost, and
        Forbidden if the actor has lost the permission for the response.
        """
        if scope["type"] != "http" or scope["method"] != "POST" or not _is_for_us(scope):
            await self.app(scope, receive, send)
            return
        key, buffered = _key(scope), await read(receive)
        if buffered.body is None:  # the client disconnected early: nothing is executed
            return
        request_hash = _hash_of_request(scope, buffered.body)
        attempt = Attempt(scope["state"]["work"], key, request_hash, self.secrets)
        record = await attempt.find_response()
        if record is None:
            recorder = ResponseRecorder(attempt, scope, receive, send)
            await self.app(scope, buffered, recorder)
        else:
            self._require_guard(scope)
            scope["endpoint"] = replay
            await record.send_again(send)

    def _require_guard(self, scope: Scope) -> None:
        """Check the route's guard: its service, which would check it, does not run on a replay."""
        if self.guards is None:
            self.guards = MarkedRoutes(scope["app"].routes, guard_of)
        guard = self.guards.find(scope)
        if guard is not None:
            scope["state"]["work"].require_guard(guard)


class Attempt:
    def __init__(
        self, work: UnitOfWork, key: str, request_hash: str, secrets: Sequence[str]
    ) -> None:
        self.work = work
        self.actor_id: UUID = work.actor.identity  # type: ignore[assignment]  # _is_for_us has looked
        self.key = key
        self.key_hash = sha256(key.encode()).hexdigest()
        self.request_hash = request_hash
        self.secrets = secrets

    async def find_response(self) -> StoredResponse | None:
        """Find the stored response, under an advisory lock for the key.

        The lock is transaction-level: released on commit, rollback or crash.
        """
        turn = f"{self.work.tenant.tenant_id}:{self.actor_id}:{self.key_hash}"
        if not await self.work.session.scalar(TAKE_TURN, {"turn": turn}):
            raise RequestInProgress
        record = await self.work.session.scalar(
            select(IdempotencyRecord)
            .where(IdempotencyRecord.actor_id == self.actor_id)
            .where(IdempotencyRecord.key_hash == self.key_hash)
        )
        if record is None:
            return None
        if record.request_hash != self.request_hash:
            raise IdempotencyKeyReused
        return StoredResponse.decrypt(record.answer, self.secrets, self.key)

    async def keep(self, answer: StoredResponse) -> None:
        """Store the response. Raises RequestInProgress if another request has stored one first."""
        self.work.session.add(
            IdempotencyRecord(
                actor_id=self.actor_id,
                key_hash=self.key_hash,
                request_hash=self.request_hash,
                answer=answer.encrypt(self.secrets, self.key),
            )
        )
        try:
            # Write it now: a conflict must become a problem response before the response is sent.
            await self.work.session.flush()
        except IntegrityError as error:
            raise RequestInProgress from error


class ResponseRecorder:
    """Holds a successful response back until it is stored. Errors pass: nothing was changed."""

    def __init__(self, attempt: Attempt, scope: Scope, receive: Receive, send: Send) -> None:
        self.attempt = attempt
        self.scope = scope
        self.receive = receive
        self.send = send
        self.start: Message | None = None
        self.parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            self.start = message
        elif self.start is None or message["type"] != "http.response.body":
            await self.send(message)
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._store_and_send(self.start)

    async def _store_and_send(self, start: Message) -> None:
        body = b"".join(self.parts)
        try:
            await self.attempt.keep(StoredResponse(start["status"], list(start["headers"]), body))
        except RequestInProgress as error:
            problem = problem_response(self.scope, error)
            return await problem(self.scope, self.receive, self.send)
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


@public
def replay() -> None:
    """The endpoint of replayed responses: public, because the route's guard was checked."""


def _is_for_us(scope: Scope) -> bool:
    state = scope["state"]
    return (
        not is_streamed(scope)
        and state["actor"].identity is not None
        and isinstance(state["tenant"], TenantContext)
        and any(name == HEADER for name, _ in scope["headers"])
    )


def _key(scope: Scope) -> str:
    keys = [value for name, value in scope["headers"] if name == HEADER]
    key = str(keys[0], "latin-1").strip().strip('"')
    if len(keys) > 1 or not 0 < len(key) <= LONGEST or not key.isprintable():
        raise IdempotencyKeyRefused
    return key


def _hash_of_request(scope: Scope, body: bytes) -> str:
    digest = sha256(f"{scope['path']}?".encode() + scope.get("query_string", b"") + b"\n")
    digest.update(body)
    return digest.hexdigest()
