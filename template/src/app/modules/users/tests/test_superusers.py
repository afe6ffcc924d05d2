from dataclasses import replace

import pytest
from sqlalchemy import select

from app.core.auth import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id

from ..errors import EmailNotConfirmed
from ..models import User
from ..services import AuthService, SuperuserService


async def registered(runtime: Runtime) -> str:
    email = f"{new_id()}@example.com"
    async with open_unit(runtime, Actor.operator(), None) as work:
        await AuthService(work).add_user(
            email=email, password="correct horse battery", full_name="Ada"
        )
    return email


async def promote(runtime: Runtime, email: str) -> None:
    async with open_unit(runtime, Actor.operator(), None) as work:
        await SuperuserService(work).promote(email)


async def is_superuser(runtime: Runtime, email: str) -> bool:
    async with open_unit(runtime, Actor.operator(), None) as work:
        found = await work.session.scalar(select(User.is_superuser).where(User.email == email))
        return bool(found)


class TestPromote:
    async def test_takes_who_has_registered(self, runtime: Runtime) -> None:
        email = await registered(runtime)

        await promote(runtime, email.upper())

        assert await is_superuser(runtime, email)

    async def test_wants_a_confirmed_address_in_production(self, runtime: Runtime) -> None:
        """Somebody else may have registered with the address before."""
        email = await registered(runtime)
        settings = runtime.settings.model_copy(update={"environment": "production"})

        with pytest.raises(EmailNotConfirmed):
            await promote(replace(runtime, settings=settings), email)

        assert not await is_superuser(runtime, email)
