from typing import Any
from uuid import UUID

from app.core.auth import Reason
from app.core.personal_data import PersonalData, exported, rows_referring
from app.core.security_events import SecurityEvent
from app.core.tenancy import PersonContext, TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.modules.tenants import MembershipService, StillOwner

from ..errors import WrongCode
from ..events import UserDeleted
from ..mails import ACCOUNT_DELETED
from ..repositories import AuthSessionRepository, IdentityRepository, User, UserRepository
from ._challenges import ChallengeService
from ._credentials import CredentialService
from ._email_jobs import notify
from ._passwords import PasswordService


class AccountService:
    """Exports what is stored about the actor, and deletes their account."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)
        self.members = MembershipService(work)

    async def export(self) -> dict[str, Any]:
        """Return what each module stores about the actor: of the account, and of each tenant."""
        user_id = self.work.require_user()
        hooks = self.work.runtime.personal_data
        places = await self.members.of_person(user_id)
        async with self.work.within(None) as work:
            account = {
                name: await hook.in_account(work, user_id)
                for name, hook in hooks.items()
                if hook.in_account
            }
        silent = [name for name, hook in hooks.items() if hook == PersonalData()]
        tenants = []
        for membership, tenant in places:
            async with self.work.within(TenantContext(membership.tenant_id)) as work:
                stored = {
                    name: await hook.in_tenant(work, user_id)
                    for name, hook in hooks.items()
                    if hook.in_tenant
                }
                others = await rows_referring(work, user_id, of=silent)
            tenants.append({"id": str(tenant.id), "name": tenant.name, "stored": stored | others})
        return {"account": account, "tenants": tenants}

    async def delete(self, *, password: str, code: str | None) -> None:
        """End all memberships, then delete the account. It takes a code too, if there is a device.

        What a race interrupts can be repeated. Raises WrongCredentials, WrongCode, StillOwner.
        """
        own = await self.users.get(self.work.require_user())
        proven = await PasswordService(self.work).prove(own, password)
        await self._check_code(proven, code)
        await self.members.leave_all(proven.id)
        async with self.work.within(PersonContext(proven.id)) as work:
            await AccountService(work)._delete(proven)

    async def _delete(self, proven: User) -> None:
        """Delete the locked row: nobody joins a tenant meanwhile, which refers to it."""
        user = await CredentialService(self.work).lock(proven)
        if await self.members.list_own():
            raise StillOwner(tenants="a tenant that you have just joined")
        notify(self.work, user, ACCOUNT_DELETED)
        self.work.note_security(
            SecurityEvent.ACCOUNT_DELETED, reason="by the person", user_id=user.id
        )
        self.work.revoke(Reason.USER, user.id)
        self.work.publish(UserDeleted(user.id))
        await self.users.delete_or_clear(user, clock.now())

    async def _check_code(self, user: User, code: str | None) -> None:
        challenges = ChallengeService(self.work)
        if not await challenges.is_required(user.id):
            return
        if code is None:
            raise WrongCode("Send a code of your second factor with it.")
        await challenges.check(user.id, code)


async def export_account(work: UnitOfWork, user_id: UUID) -> dict[str, Any]:
    """Return the user, their log-ins and linked accounts."""
    return {
        "user": exported([await UserRepository(work.session).get(user_id)])[0],
        "sessions": exported(await AuthSessionRepository(work.session).list_of(user_id)),
        "identities": exported(await IdentityRepository(work.session).list_of(user_id)),
    }
