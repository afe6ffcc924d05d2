from collections.abc import Iterable

from app.core.unit_of_work import CurrentWork

from ..errors import EmailNotConfirmed
from ..repositories import UserRepository
from ._auth import AuthService


class SuperuserService:
    """Manages who may work across tenants. Used by the command line only."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.users = UserRepository(work.session)

    async def known(self, emails: Iterable[str]) -> list[str]:
        """Return those of the addresses that belong to a user."""
        return [each for each in emails if await self.users.find_by_email(each.lower()) is not None]

    async def add(self, *, email: str, password: str, full_name: str) -> None:
        """Create a superuser. Raises EmailTaken, WeakPassword."""
        await AuthService(self.work).add_user(
            email=email, password=password, full_name=full_name, is_superuser=True
        )

    async def promote(self, email: str) -> None:
        """Make an existing user a superuser; write an audit entry.

        Raises EmailNotConfirmed in production: anybody may have registered with the address.
        """
        reason = "make a superuser, from the command line"
        async with self.work.across_tenants(bypass_tenant=True, reason=reason) as work:
            users = UserRepository(work.session)
            found = await users.find_by_email(email.lower())
            if found is None:
                return
            user = await users.get_for_update(found.id)
            if user.email_verified_at is None and work.runtime.settings.in_production:
                raise EmailNotConfirmed
            await users.change(user, is_superuser=True)
