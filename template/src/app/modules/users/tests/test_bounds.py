"""Limits on what a log-in can cost the server."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.core.auth import Passwords
from app.core.runtime import Runtime
from app.main import create_app
from tests.support.clients import client_of
from tests.support.people import PASSWORD, Person

TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/refresh"
LONG = "\u0301\u0316" * 40_000
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the texts that are normalised, which takes time quadratic in their length."""
    seen: list[str] = []
    normalize: Any = unicodedata.normalize

    def noted(form: str, text: str) -> str:
        seen.append(text)
        done: str = normalize(form, text)
        return done

    monkeypatch.setattr(unicodedata, "normalize", noted)
    return seen


class TestALongPassword:
    async def test_is_refused_before_any_work(
        self, anonymous: AsyncClient, owner: Person, normalised: list[str]
    ) -> None:
        form = {"username": owner.email, "password": LONG[:600]}

        answer = await anonymous.post(TOKEN, data=form)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/body/password"
        assert normalised == []

    async def test_is_wrong_wherever_one_is_verified(self, normalised: list[str]) -> None:
        passwords = Passwords(weak=True)
        hashed = await passwords.hash(PASSWORD)
        normalised.clear()

        assert not await passwords.verify(LONG, hashed)
        assert not await passwords.verify(LONG, None)
        with pytest.raises(ValueError, match="256"):
            await passwords.hash(LONG)
        assert normalised == []

    def test_is_taken_by_no_field_of_any_route(self, app: FastAPI) -> None:
        secrets = [each for each in _schemas(app.openapi()) if each.get("format") == "password"]

        assert len(secrets) > 5
        assert [each for each in secrets if each.get("maxLength", 257) > 256] == []


class TestTheForm:
    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            ("multipart/form-data; boundary=X", b"--X--\r\n", 415),
            ("multipart/form-data; charset=punycode; boundary=X", b"--X--\r\n", 415),
            ("application/x-www-form-urlencoded; charset=punycode", b"username=a", 415),
            ("application/json", b"{}", 415),
            (FORM["content-type"], b"x" * 9000, 413),
            (FORM["content-type"], b"username=a", 422),
            (FORM["content-type"], b"username=\xff&password=%ff", 401),
            (FORM["content-type"], b"username=a&password=b&grant_type=code", 422),
            (FORM["content-type"], b"username=a&password=b&grant_type=password&scope=", 401),
        ],
    )
    async def test_is_urlencoded_and_small(
        self, anonymous: AsyncClient, kind: str, body: bytes, status: int
    ) -> None:
        answer = await anonymous.post(TOKEN, content=body, headers={"content-type": kind})

        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert status != 422 or answer.json()["errors"]


class TestErrors:
    async def test_are_listed_up_to_a_number(self, anonymous: AsyncClient) -> None:
        body = {f"field{number}": 1 for number in range(5000)}

        answer = await anonymous.post("/api/v1/auth/register", json=body)

        assert answer.status_code == 422
        assert len(answer.json()["errors"]) == 20
        assert "5004 errors" in answer.json()["detail"]


class TestSessions:
    async def test_of_a_person_are_bounded(self, runtime: Runtime, owner: Person) -> None:
        auth = runtime.settings.auth.model_copy(update={"sessions_per_user": 3})
        app = create_app(runtime.settings.model_copy(update={"auth": auth}))
        form = {"username": owner.email, "password": PASSWORD}
        async with client_of(app) as client:
            pairs = [(await client.post(TOKEN, data=form)).json() for _ in range(4)]
            newest = {"Authorization": f"Bearer {pairs[-1]['access_token']}"}

            listed = await client.get("/api/v1/users/me/sessions", headers=newest)
            statuses = [
                (
                    await client.post(REFRESH, json={"refresh_token": pair["refresh_token"]})
                ).status_code
                for pair in pairs
            ]
        await app.state.runtime.close()

        assert len(listed.json()) == 3
        assert statuses == [401, 200, 200, 200]


def _schemas(document: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in the API's description."""
    if isinstance(document, dict):
        yield document
    inner = document.values() if isinstance(document, dict) else document
    for each in inner if isinstance(document, (dict, list)) else ():
        yield from _schemas(each)
