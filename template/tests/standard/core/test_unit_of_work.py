import pytest
from sqlalchemy import func, select

from app.core.auth import ANONYMOUS, Actor
from app.core.errors import Forbidden, Unauthenticated
from app.core.events.models import OutboxEvent
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.tenancy import TenantContextRequired
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from app.modules.tenants.events import MemberJoined
from app.modules.tenants.models import Invitation, Membership
from app.modules.tenants.permissions import TenantPermission
from app.modules.tenants.services import InvitationService
from tests.support.people import Person, add_member


class TestRequire:
    async def test_asks_nobody_to_log_in(self, runtime: Runtime) -> None:
        async with open_unit(runtime, ANONYMOUS, None) as work:
            with pytest.raises(Unauthenticated):
                work.require(TenantPermission.READ)

    async def test_refuses_who_may_not(self, runtime: Runtime, owner: Person) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)
        async with open_unit(runtime, viewer.actor, viewer.context) as work:
            work.require(TenantPermission.READ)

            with pytest.raises(Forbidden):
                work.require(TenantPermission.DELETE)

    async def test_does_not_take_an_owner_for_a_superuser(self, work: UnitOfWork) -> None:
        with pytest.raises(Forbidden):
            work.require_superuser()


class TestTenant:
    async def test_is_required(self, runtime: Runtime) -> None:
        async with open_unit(runtime, Actor.system(), None) as work:
            with pytest.raises(TenantContextRequired):
                _ = work.tenant


class TestWithin:
    async def test_commits_on_its_own(self, runtime: Runtime, owner: Person) -> None:
        async def invite_twice_and_fail() -> None:
            async with open_unit(runtime, owner.actor, owner.context) as work:
                await invite(work, "outer@example.com")
                async with work.within(owner.context) as inner:
                    await invite(inner, "inner@example.com")
                raise ValueError("the outer one fails")

        with pytest.raises(ValueError, match="the outer one fails"):
            await invite_twice_and_fail()

        async with open_unit(runtime, owner.actor, owner.context) as work:
            emails = (await work.session.scalars(select(Invitation.email))).all()
        assert emails == ["inner@example.com"]


class TestAcrossTenants:
    async def test_is_for_superusers(self, work: UnitOfWork) -> None:
        with pytest.raises(Forbidden):
            async with work.across_tenants(bypass_tenant=True, reason="curiosity"):
                pass

    @pytest.mark.parametrize(("bypass", "reason"), [(False, "a reason"), (True, "  ")])
    async def test_is_on_purpose_and_says_why(
        self, runtime: Runtime, bypass: bool, reason: str
    ) -> None:
        async with open_unit(runtime, Actor.operator(), None) as work:
            with pytest.raises(ValueError, match="bypass_tenant=True"):
                async with work.across_tenants(bypass_tenant=bypass, reason=reason):
                    pass

    async def test_sees_all(self, runtime: Runtime, owner: Person, rival: Person) -> None:
        count = select(func.count(Membership.tenant_id.distinct())).where(
            Membership.tenant_id.in_([owner.tenant_id, rival.tenant_id])
        )

        async with (
            open_unit(runtime, Actor.operator(), None) as work,
            work.across_tenants(bypass_tenant=True, reason="count") as wide,
        ):
            assert await wide.session.scalar(count) == 2


class TestAfterCommit:
    async def test_waits_for_the_commit(self, runtime: Runtime, owner: Person) -> None:
        seen: list[str] = []

        async def note() -> None:
            seen.append("committed")

        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.after_commit(note)
            assert seen == []

        assert seen == ["committed"]

    async def test_does_not_happen_after_a_failure(self, runtime: Runtime, owner: Person) -> None:
        async def fail() -> None:
            raise AssertionError("nothing was committed")

        async def work_and_fail() -> None:
            async with open_unit(runtime, owner.actor, owner.context) as work:
                work.after_commit(fail)
                raise ValueError("on the way")

        with pytest.raises(ValueError, match="on the way"):
            await work_and_fail()


async def invite(work: UnitOfWork, email: str) -> None:
    await InvitationService(work).invite(email=email, role=Role.MEMBER)


class TestCommit:
    async def test_publishes_once_even_when_called_twice(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.publish(MemberJoined(membership_id=new_id(), user_id=new_id()))
            await work.commit()

        async with open_unit(runtime, owner.actor, owner.context) as work:
            joined = OutboxEvent.tenant_id == owner.tenant_id, OutboxEvent.name == MemberJoined.name
            assert await work.session.scalar(select(func.count()).where(*joined)) == 1
