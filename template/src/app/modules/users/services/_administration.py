from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.core.auth import Reason
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows

from ..repositories import User, UserRepository
from ._credentials import CredentialService


class UserAdministration:
    """Lets superusers manage users of all tenants. Each act writes an audit entry."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(self, *, limit: int, cursor: str | None) -> Rows[User]:
        async with self._all_users("list the users") as work:
            return await UserRepository(work.session).list(limit=limit, cursor=cursor)

    async def suspend(self, user_id: UUID) -> User:
        """Suspend the user and end all their log-ins."""
        async with self._all_users(f"suspend user {user_id}") as work:
            user = await UserRepository(work.session).get_for_update(user_id)
            work.revoke(Reason.USER, user_id)
            return await CredentialService(work).renew(
                user, suspended_at=user.suspended_at or clock.now()
            )

    async def resume(self, user_id: UUID) -> User:
        async with self._all_users(f"resume user {user_id}") as work:
            work.lift_revocation(user_id)
            users = UserRepository(work.session)
            return await users.change(await users.get_for_update(user_id), suspended_at=None)

    def _all_users(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)
