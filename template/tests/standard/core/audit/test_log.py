"""The audit log records who, what, when, from where, old and new, in the same transaction."""

from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from app.core.audit import LogEntry, copy_of
from app.core.auth import Actor
from app.core.runtime import Runtime
from app.core.tenancy import TenantContextRequired
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.engine import create_engine
from app.database.repository import Repository
from app.database.session import open_session
from app.kit import clock
from app.modules.tenants.models import Invitation
from tests.support.people import Person


class Invitations(Repository[Invitation]):
    model = Invitation


async def write_invitation(work: UnitOfWork, email: str = "a@example.com") -> Invitation:
    return await Invitations(work.session).create(
        email=email, role="member", secret_hash=email, expires_at=clock.now()
    )


async def log_of(runtime: Runtime, person: Person) -> list[LogEntry]:
    async with open_unit(runtime, person.actor, person.context) as work:
        acts = (await work.session.scalars(select(LogEntry).order_by(LogEntry.id))).all()
    return [act for act in acts if act.action.startswith("invitations.")]


class TestAudit:
    async def test_says_who_what_and_when(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context, trace_id="f" * 32) as work:
            invitation = await write_invitation(work)
            work.audit("invitations.created", after=invitation)

        (act,) = await log_of(runtime, owner)
        assert (act.action, act.subject_id) == ("invitations.created", invitation.id)
        assert (act.actor, act.actor_id) == ("user", owner.user_id)
        assert act.subject == "invitations"
        assert act.trace_id == "f" * 32
        assert (clock.now() - act.at).total_seconds() < 60

    async def test_says_old_and_new(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            before = await write_invitation(work)
            after = await Invitations(work.session).change(before, role="admin")
            work.audit("invitations.changed", before=before, after=after)
            work.audit("invitations.deleted", before=after)

        changed, deleted = await log_of(runtime, owner)
        assert changed.changes == {"role": {"old": "member", "new": "admin"}}
        assert deleted.changes["role"] == {"old": "admin", "new": None}

    async def test_is_the_same_on_the_coordinator_of_a_cluster(
        self, runtime: Runtime, owner: Person
    ) -> None:
        engine = create_engine(str(runtime.settings.database.url), citus=True)
        async with open_session(engine, owner.context) as session:
            work = UnitOfWork(runtime, owner.actor, owner.context, session=session)
            before = await write_invitation(work)
            after = await Invitations(session).change(before, role="admin")
            work.audit("invitations.changed", before=before, after=after)
            await work.commit()
        await engine.dispose()

        (changed,) = await log_of(runtime, owner)
        assert (changed.actor_id, changed.subject_id) == (owner.user_id, after.id)
        assert changed.changes == {"role": {"old": "member", "new": "admin"}}

    async def test_names_what_is_private_without_its_value(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit("invitations.created", after=await write_invitation(work))

        (act,) = await log_of(runtime, owner)
        assert act.changes["email"] == act.changes["secret_hash"] == "[hidden]"

    async def test_hides_what_a_model_declares_instead(
        self, runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Invitation, "__private__", ("role",))
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit(
                "invitations.created",
                after=await write_invitation(work),
                notes={"phone": "1"},
            )

        (act,) = await log_of(runtime, owner)
        assert act.changes["email"] != "[hidden]"
        assert act.changes["phone"] == "[hidden]"
        assert act.changes["role"] == "[hidden]"

    async def test_takes_a_copy_of_a_row_of_the_session(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await write_invitation(work)
            invitation = (await work.session.scalars(select(Invitation))).one()
            before = copy_of(invitation)
            with pytest.raises(ValueError, match="copy_of"):
                work.audit("invitations.changed", before=invitation, after=invitation)
            after = await Invitations(work.session).change(invitation, role="admin")
            work.audit("invitations.changed", before=before, after=after)

        (act,) = await log_of(runtime, owner)
        assert act.changes == {"role": {"old": "member", "new": "admin"}}

    @pytest.mark.parametrize(
        ("actor", "kind"),
        [(Actor.system(), "system"), (Actor(api_key_id=UUID(int=7)), "api_key")],
    )
    async def test_says_who_is_no_user(
        self, runtime: Runtime, owner: Person, actor: Actor, kind: str
    ) -> None:
        async with open_unit(runtime, actor, owner.context) as work:
            work.audit("invitations.exported")

        (act,) = await log_of(runtime, owner)
        assert (act.actor, act.actor_id) == (kind, actor.api_key_id)

    async def test_needs_no_row(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit("invitations.exported")

        assert [act.changes for act in await log_of(runtime, owner)] == [{}]

    async def test_does_not_happen_without_the_commit(
        self, runtime: Runtime, owner: Person
    ) -> None:
        with suppress(ConnectionResetError):
            async with open_unit(runtime, owner.actor, owner.context) as work:
                work.audit("invitations.created", after=await write_invitation(work))
                raise ConnectionResetError

        assert await log_of(runtime, owner) == []

    async def test_needs_a_tenant(self, runtime: Runtime) -> None:
        async with open_unit(runtime, Actor.system(), None) as work:
            with pytest.raises(TenantContextRequired):
                work.audit("invitations.created")


class TestTheLog:
    async def test_is_hidden_from_another_tenant(
        self, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.audit("invitations.exported")

        assert await log_of(runtime, rival) == []

    @pytest.mark.parametrize("statement", [update(LogEntry).values(action="x"), delete(LogEntry)])
    async def test_cannot_be_changed_by_who_serves(
        self, work: UnitOfWork, statement: object
    ) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await work.session.execute(statement)  # type: ignore[call-overload]  # of two kinds
        await work.session.rollback()
