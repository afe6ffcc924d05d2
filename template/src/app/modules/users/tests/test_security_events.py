"""Each attack appears in the log and the metrics; the user is told by e-mail."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from app.core.auth import new_api_key
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.security_events import SecurityEvent
from app.kit.ids import new_id
from tests.support.mail import mails_to, token_for
from tests.support.people import PASSWORD, Person, add_member

from .test_auth import AUTH, log_in, refresh
from .test_email_links import change_email, confirm, forget, reset
from .test_second_factor import answer, remove, set_up

NAMES = Path(__file__).parents[5] / "docs" / "auth.md"
ADDRESS = "198.51.100.23"
ME = "/api/v1/users/me"


@dataclass
class Scene:
    runtime: Runtime
    person: Person
    browser: AsyncClient
    own: AsyncClient


Act = Callable[[Scene], Awaitable[Any]]


async def _log_in(scene: Scene) -> None:
    await log_in(scene.browser, scene.person.email)


async def _fail(scene: Scene) -> None:
    await log_in(scene.browser, scene.person.email, "wrong password")


async def _come_with_two_devices(scene: Scene) -> None:
    for device in ("Lynx/2.9", "lynx/3.0 (X11)"):
        form = {"username": scene.person.email, "password": PASSWORD}
        await scene.browser.post(f"{AUTH}/token", data=form, headers={"User-Agent": device})


async def _guess_until_it_is_locked(scene: Scene) -> None:
    rate = scene.runtime.settings.limits.account
    assert rate is not None
    for _ in range(rate.times + 1):
        await log_in(scene.browser, scene.person.email, "wrong password")


async def _guess_in_the_session(scene: Scene) -> None:
    await change_email(scene.own, f"{new_id()}@example.com", "wrong password")


async def _change_password(scene: Scene) -> None:
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    await scene.own.put(f"{ME}/password", json=body)


async def _reset_password(scene: Scene) -> None:
    await forget(scene.browser, scene.person.email)
    await reset(scene.browser, await token_for(scene.runtime, scene.person.email))


async def _change_email(scene: Scene) -> None:
    email = f"{new_id()}@example.com"
    await change_email(scene.own, email)
    await confirm(scene.own, await token_for(scene.runtime, email))


async def _delete_account(scene: Scene) -> None:
    await add_member(scene.runtime, scene.person, Role.OWNER)
    await scene.own.post(f"{ME}/delete", json={"password": PASSWORD})


async def _follow_no_link(scene: Scene) -> None:
    await confirm(scene.own, "none")


async def _refresh_with_nothing(scene: Scene) -> None:
    await refresh(scene.browser, {"refresh_token": "none"})


async def _refresh_twice(scene: Scene) -> None:
    pair = (await log_in(scene.browser, scene.person.email)).json()
    for _ in range(3):
        await refresh(scene.browser, pair)


async def _set_up(scene: Scene) -> None:
    await set_up(scene.own)


async def _guess_codes(scene: Scene) -> None:
    await set_up(scene.own)
    challenge = await log_in(scene.browser, scene.person.email)
    for _ in range(5):
        await answer(scene.browser, challenge, "000000")


async def _remove(scene: Scene) -> None:
    device = await set_up(scene.own)
    await remove(scene.own, device.recovery_codes[0])


async def _make_a_key_up(scene: Scene) -> None:
    key, _ = new_api_key(scene.person.tenant_id)
    await scene.browser.get(ME, headers={"Authorization": f"Bearer {key}"})


ACTS: dict[SecurityEvent, Act] = {
    SecurityEvent.LOGIN_SUCCEEDED: _log_in,
    SecurityEvent.LOGIN_NEW_DEVICE: _come_with_two_devices,
    SecurityEvent.LOGIN_FAILED: _fail,
    SecurityEvent.PASSWORD_REFUSED: _guess_in_the_session,
    SecurityEvent.PASSWORD_CHANGED: _change_password,
    SecurityEvent.PASSWORD_RESET: _reset_password,
    SecurityEvent.ACCOUNT_LOCKED: _guess_until_it_is_locked,
    SecurityEvent.EMAIL_CHANGED: _change_email,
    SecurityEvent.ACCOUNT_DELETED: _delete_account,
    SecurityEvent.LINK_REFUSED: _follow_no_link,
    SecurityEvent.REFRESH_REFUSED: _refresh_with_nothing,
    SecurityEvent.REFRESH_REUSED: _refresh_twice,
    SecurityEvent.SECOND_FACTOR_ADDED: _set_up,
    SecurityEvent.SECOND_FACTOR_REFUSED: _guess_codes,
    SecurityEvent.SECOND_FACTOR_LOCKED: _guess_codes,
    SecurityEvent.SECOND_FACTOR_REMOVED: _remove,
    SecurityEvent.API_KEY_REFUSED: _make_a_key_up,
}
OF_NOBODY = {
    SecurityEvent.REFRESH_REFUSED,
    SecurityEvent.API_KEY_REFUSED,
}
SUBJECTS = {
    SecurityEvent.LOGIN_NEW_DEVICE: "A new log-in to your account",
    SecurityEvent.REFRESH_REUSED: "One of your log-ins was ended",
    SecurityEvent.SECOND_FACTOR_LOCKED: "Wrong codes for your account",
    SecurityEvent.PASSWORD_CHANGED: "Your password was changed",
    SecurityEvent.PASSWORD_RESET: "Your password was changed",
    SecurityEvent.ACCOUNT_DELETED: "Your account was deleted",
    SecurityEvent.EMAIL_CHANGED: "Your e-mail address was changed",
    SecurityEvent.SECOND_FACTOR_ADDED: "A second factor was added",
    SecurityEvent.SECOND_FACTOR_REMOVED: "Your second factor was removed",
}


@pytest.fixture
def scene(app: FastAPI, runtime: Runtime, owner: Person) -> Scene:
    transport = ASGITransport(app, client=(ADDRESS, 1))
    browser = AsyncClient(transport=transport, base_url="http://test")
    own = AsyncClient(transport=transport, base_url="http://test", headers=owner.headers)
    return Scene(runtime, owner, browser, own)


async def lines_of(scene: Scene, event: SecurityEvent) -> list[MutableMapping[str, Any]]:
    with capture_logs() as lines:
        await ACTS[event](scene)
    return [line for line in lines if line["event"] == event]


class TestASecurityEvent:
    def test_has_an_act_and_stands_in_the_docs(self) -> None:
        told = NAMES.read_text(encoding="utf-8")

        assert ACTS.keys() == set(SecurityEvent)
        assert [event for event in SecurityEvent if f"`{event}`" not in told] == []

    @pytest.mark.parametrize("event", SecurityEvent)
    async def test_is_logged_with_person_address_and_reason(
        self, scene: Scene, event: SecurityEvent
    ) -> None:
        lines = await lines_of(scene, event)

        assert lines
        for line in lines:
            assert line["user_id"] == (None if event in OF_NOBODY else scene.person.user_id)
            assert line["address"] == ADDRESS
            assert line["reason"]

    async def test_that_names_no_account_says_so(self, scene: Scene) -> None:
        with capture_logs() as lines:
            await log_in(scene.browser, f"{new_id()}@example.com", "wrong password")

        (line,) = [line for line in lines if line["event"] == SecurityEvent.LOGIN_FAILED]
        assert (line["reason"], line["user_id"]) == ("unknown account", None)

    @pytest.mark.parametrize("event", SUBJECTS)
    async def test_that_matters_is_mailed_once(self, scene: Scene, event: SecurityEvent) -> None:
        await ACTS[event](scene)

        mails = await mails_to(scene.runtime, scene.person.email)

        assert [mail.subject for mail in mails].count(SUBJECTS[event]) == 1

    async def test_is_counted(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        counted: list[tuple[str, str]] = []

        class Meter:
            def note_security_event(self, event: str, reason: str) -> None:
                counted.append((event, reason))

            def note(self, **_: object) -> None: ...

        monkeypatch.setitem(vars(scene.runtime.observation), "meter", Meter())
        await _fail(scene)

        assert counted == [("login.failed", "wrong password")]

    async def test_is_none_for_a_device_that_was_updated(self, scene: Scene) -> None:
        for version in ("Lynx/2.8", "Lynx/2.9"):
            form = {"username": scene.person.email, "password": PASSWORD}
            await scene.browser.post(f"{AUTH}/token", data=form, headers={"User-Agent": version})

        mails = await mails_to(scene.runtime, scene.person.email)
        assert SUBJECTS[SecurityEvent.LOGIN_NEW_DEVICE] not in [each.subject for each in mails]
