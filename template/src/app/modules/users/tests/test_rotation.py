"""APP_SECRET_KEY is replaced while people work, as docs/auth.md says, "A new secret"."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from secrets import token_urlsafe

import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.config import Settings
from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.main import create_app
from app.modules.users.jobs import reencrypt
from tests.support.clients import client_of
from tests.support.modules import modules_for
from tests.support.people import Person, add_member

from .test_auth import log_in
from .test_second_factor import answer, set_up

ME = "/api/v1/users/me"


@pytest_asyncio.fixture
async def stages(
    settings: Settings, request: pytest.FixtureRequest
) -> AsyncIterator[dict[str, FastAPI]]:
    """The app before, while every host reads both secrets, after the exchange, and at the end."""
    old, new = settings.secret_key, SecretStr(token_urlsafe(48))
    keys = {
        "before": (old, ()),
        "both": (old, (new,)),
        "exchanged": (new, (old,)),
        "after": (new, ()),
    }
    async with AsyncExitStack() as closing:
        apps = {}
        for stage, (key, previous) in keys.items():
            auth = settings.auth.model_copy(update={"previous_secrets": previous})
            changed = settings.model_copy(update={"secret_key": key, "auth": auth})
            app = create_app(changed, modules_for(request.session.items))
            closing.push_async_callback(app.state.runtime.close)
            apps[stage] = app
        yield apps
        async with apps["after"].state.runtime.database.rw.begin() as connection:
            # Encrypted with a key that no other test has.
            await connection.execute(text("DELETE FROM second_factors"))


async def me_at(app: FastAPI, token: str) -> int:
    async with client_of(app) as client:
        answer = await client.get(ME, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


class TestANewSecret:
    async def test_is_accepted_by_every_host_before_the_first_one_signs_with_it(
        self, stages: dict[str, FastAPI], owner: Person
    ) -> None:
        async with client_of(stages["exchanged"]) as client:
            signed_anew = (await log_in(client, owner.email)).json()["access_token"]

        tokens = {"old": owner.token, "new": signed_anew}
        seen = {
            stage: {name for name, token in tokens.items() if await me_at(app, token) == 200}
            for stage, app in stages.items()
        }

        assert seen == {
            "before": {"old"},
            "both": {"old", "new"},
            "exchanged": {"old", "new"},
            "after": {"new"},
        }

    async def test_ends_no_log_in_and_no_second_factor(
        self, stages: dict[str, FastAPI], runtime: Runtime, owner: Person
    ) -> None:
        """The refresh token is a hash, and the job encrypts what the old secret has encrypted."""
        other = await add_member(runtime, owner, Role.MEMBER)
        async with client_of(stages["before"], owner) as client:
            refresh = (await log_in(client, other.email)).json()["refresh_token"]
            device = await set_up(client)
        async with open_unit(stages["exchanged"].state.runtime, Actor.system(), None) as work:
            await reencrypt.run(work)

        async with client_of(stages["after"]) as client:
            body = {"refresh_token": refresh}
            renewed = await client.post("/api/v1/auth/refresh", json=body)
            challenge = await log_in(client, owner.email)
            answered = await answer(client, challenge, device.code())

        assert renewed.status_code == 200, renewed.text
        assert answered.status_code == 200, answered.text
