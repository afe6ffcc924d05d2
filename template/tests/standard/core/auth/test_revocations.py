import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import event, text

from app.config import Settings
from app.core.auth import Actor, Reason, RevocationCache
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.core.worker.housekeeping.revocations import purge_revocations
from app.kit.ids import new_id
from app.main import create_app
from tests.support.clients import client_of
from tests.support.people import Person, add_member
from tests.support.queue import until

NEVER_AGAIN = 3600.0
"""An interval in seconds that never passes in a test: only notifications can bring news."""


@asynccontextmanager
async def watching(
    runtime: Runtime, *, seconds: float = NEVER_AGAIN, listens: bool = True
) -> AsyncIterator[RevocationCache]:
    revocations = RevocationCache(runtime.database.rw, seconds=seconds, listens=listens)
    async with revocations.kept_current():
        await until(lambda: answer(revocations.is_current), seconds=5)
        yield revocations


async def answer(value: object) -> object:
    return value


def refusal(revocations: RevocationCache, *ids: object) -> Callable[[], Awaitable[str | None]]:
    return lambda: revocations.refusal(ids, role=None)  # type: ignore[arg-type]  # ids are UUIDs


class TestRevocations:
    async def test_reach_every_process_with_the_commit(self, runtime: Runtime) -> None:
        session_id = new_id()
        async with watching(runtime) as here, watching(runtime) as there:
            async with open_unit(runtime, Actor.system(), None) as work:
                work.revoke(Reason.SESSION, session_id)

            for revocations in (here, there):
                found = await until(refusal(revocations, session_id), seconds=2)
                assert found == Reason.SESSION.sentence
                assert revocations.is_current

    async def test_do_not_happen_when_the_transaction_fails(self, runtime: Runtime) -> None:
        session_id = new_id()

        with suppress(ZeroDivisionError):
            async with open_unit(runtime, Actor.system(), None) as work:
                work.revoke(Reason.SESSION, session_id)
                raise ZeroDivisionError

        assert await refusal(runtime.revocations, session_id)() is None

    async def test_can_be_lifted(self, runtime: Runtime) -> None:
        tenant_id = new_id()
        async with watching(runtime) as revocations:
            async with open_unit(runtime, Actor.system(), None) as work:
                work.revoke(Reason.TENANT, tenant_id)
            await until(refusal(revocations, tenant_id), seconds=2)

            async with open_unit(runtime, Actor.system(), None) as work:
                work.lift_revocation(tenant_id)

            async def is_lifted() -> bool:
                return await refusal(revocations, tenant_id)() is None

            assert await until(is_lifted, seconds=2)

    async def test_of_a_role_leave_tokens_with_the_new_one(self, runtime: Runtime) -> None:
        membership_id = new_id()
        async with open_unit(runtime, Actor.system(), None) as work:
            work.revoke(Reason.ROLE, membership_id, except_role="viewer")

        asked = runtime.revocations

        assert await asked.refusal([membership_id], role="admin") == Reason.ROLE.sentence
        assert await asked.refusal([membership_id], role="viewer") is None

    async def test_are_read_on_start(self, runtime: Runtime) -> None:
        session_id = new_id()
        async with open_unit(runtime, Actor.system(), None) as work:
            work.revoke(Reason.SESSION, session_id)

        async with watching(runtime) as revocations:
            assert await refusal(revocations, session_id)()
            assert revocations.is_current

    async def test_are_found_in_time_without_notifications(self, runtime: Runtime) -> None:
        """The listener may be behind PgBouncer, or notifications may be lost."""
        session_id = new_id()
        async with watching(runtime, seconds=0.5, listens=False) as revocations:
            async with open_unit(runtime, Actor.system(), None) as work:
                work.revoke(Reason.SESSION, session_id)

            assert await until(refusal(revocations, session_id), seconds=0.6)

    async def test_are_asked_for_while_the_connection_is_lost(self, runtime: Runtime) -> None:
        session_id = new_id()
        async with watching(runtime) as revocations:
            await cut_listeners(runtime)
            async with open_unit(runtime, Actor.system(), None) as work:
                work.revoke(Reason.SESSION, session_id)

            assert await until(refusal(revocations, session_id), seconds=2)
            assert await until(lambda: answer(revocations.is_current), seconds=5)
            assert await refusal(revocations, session_id)()

    async def test_are_not_believed_to_be_none_when_the_copy_is_old(self, runtime: Runtime) -> None:
        revocations = RevocationCache(runtime.database.rw, seconds=0)
        async with revocations.kept_current():
            await asyncio.sleep(0.05)  # lists are old at once: any time will do

            assert not revocations.is_current

    async def test_are_deleted_when_no_token_can_name_them(self, runtime: Runtime) -> None:
        old, young = new_id(), new_id()
        async with open_unit(runtime, Actor.system(), None) as work:
            work.revoke(Reason.SESSION, old, young)
        async with runtime.database.rw.begin() as connection:
            aged = "UPDATE revocations SET expires_at = now() - interval '1 second' WHERE id = :id"
            await connection.execute(text(aged), {"id": old})

        async with open_unit(runtime, Actor.system(), None) as work:
            await purge_revocations.run(work)

        async with runtime.database.rw.connect() as connection:
            ids = (await connection.execute(text("SELECT id FROM revocations"))).scalars().all()
        assert young in ids
        assert old not in ids


class TestTwoServers:
    async def test_refuse_at_once_whom_one_of_them_removed(
        self, settings: Settings, runtime: Runtime, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        async with serving(settings) as here, serving(settings) as there:
            url = "/api/v1/users"
            before = await there.get(url, headers=member.headers)
            counted = await queries(there, member, url)

            removed = await here.delete(
                f"/api/v1/tenants/current/members/{member.user_id}", headers=owner.headers
            )

            async def is_refused() -> bool:
                return (await there.get(url, headers=member.headers)).status_code == 401

            assert before.status_code == 200
            assert counted
            assert not any("revocations" in statement for statement in counted)
            assert removed.status_code == 204
            assert await until(is_refused, seconds=1)
            assert await queries(there, member, url) == []


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[AsyncClient]:
    """Start a whole application with its lifespan."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        revocations = app.state.runtime.revocations
        await until(lambda: answer(revocations.is_current), seconds=5)
        async with client_of(app) as client:
            yield client


async def queries(client: AsyncClient, person: Person, url: str) -> list[str]:
    """Return the statements that a request sends."""
    app: FastAPI = client._transport.app  # type: ignore[attr-defined]  # httpx offers no other way
    engine = app.state.runtime.database.rw.sync_engine
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    await client.get(url, headers=person.headers)
    event.remove(engine, "before_cursor_execute", note)
    return seen


async def cut_listeners(runtime: Runtime) -> None:
    """End the listening connections, as a network failure would; a role may end its own."""
    async with runtime.database.rw.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND datname = current_database()"
                " AND query LIKE '%FROM revocations%' AND pid <> pg_backend_pid()"
            )
        )
