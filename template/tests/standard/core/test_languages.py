"""Catalogues are complete; a language is chosen by the person, the browser, or is English."""

import ast
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from httpx import AsyncClient

from app.cli._messages import messages
from app.cli._translations import missing
from app.core.languages import (
    APP,
    Locale,
    catalogue,
    known,
    preferred,
    read_catalogue,
    translate,
)
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.mail import mails_to
from tests.support.people import PASSWORD, Person

GERMAN = "de"
STANDARD = (
    "core/",
    "kit/",
    *(f"modules/{each}/" for each in ("api_keys", "audit", "tenants", "users")),
)
PLACEHOLDER = re.compile(r"\{(\w+)\}|%\((\w+)\)s")


def is_of_the_standard(place: str) -> bool:
    """A client's modules and templates may stay English; `make check` lists them."""
    has_catalogue = (APP.joinpath(*place.split("/")[:2]) / "languages").exists()
    return place.startswith(STANDARD) or (place.startswith("modules/") and has_catalogue)


class TestGerman:
    def test_has_all_messages_of_the_standard(self) -> None:
        """Add what is missing to core/languages/catalogues/de.po, or to the module's languages."""
        places = messages()

        assert [text for text in missing(GERMAN) if is_of_the_standard(places[text])] == []

    def test_knows_all_errors_of_core(self) -> None:
        """Add one that no module of this project raises to UNUSED in cli/_messages.py."""
        titles = {
            title.value
            for file in (APP / "core").rglob("*.py")
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ClassDef)
            for each in node.body
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "title"
            for title in [each.value]
            if isinstance(title, ast.Constant) and title.value
        }

        assert len(titles) > 20
        assert titles <= messages().keys()

    def test_names_the_same_values_as_the_english_text(self) -> None:
        different = [
            english
            for english, translation in catalogue(GERMAN).items()
            if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(translation))
        ]

        assert different == []

    def test_has_nothing_that_no_code_says_any_more(self) -> None:
        standard = APP / "core" / "languages" / "catalogues" / "de.po"

        assert [text for text, _ in read_catalogue(standard) if text not in messages()] == []


class TestTranslate:
    @pytest.mark.parametrize(
        ("english", "german"),
        [
            ("Not found", "Nicht gefunden"),
            ("This needs the permission members:read.", "Dafür braucht es das Recht members:read."),
            (
                "String should have at least 8 characters",
                "Das soll mindestens 8 Zeichen haben",
            ),
            ("Nobody has translated this.", "Nobody has translated this."),
            ("{}{0}%s", "{}{0}%s"),
            ("x" * 5000, "x" * 5000),
        ],
    )
    def test_finds_texts_with_values(self, english: str, german: str) -> None:
        assert translate("de", english) == german
        assert translate("de-AT", english) == german
        assert translate("en", english) == english


class TestChoice:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("de", "de"),
            ("de-at,en;q=0.5", "de-AT"),
            ("tlh, de;q=0.3, en;q=0.2", "de"),
            ("en;q=0.2, de;q=0.3", "de"),
            ("de;q=0, en", "en"),
            ("de;q=x", None),
            ("*", None),
            ("", None),
            (None, None),
            ("xx-" + "a" * 500, None),
            ("../../etc/passwd", None),
        ],
    )
    def test_is_the_best_that_the_app_has(self, header: str | None, language: str | None) -> None:
        assert preferred(header) == language

    def test_of_an_unknown_tag_is_none(self) -> None:
        assert [known(tag) for tag in ("tlh", "de-XX", "", None, "de/..")] == [
            None,
            "de",
            None,
            None,
            None,
        ]


class TestLocale:
    def test_writes_as_the_language_does(self) -> None:
        german, english = Locale.of("de", time_zone="Europe/Berlin"), Locale.of("xx", "en")
        at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

        assert german.date(date(2026, 11, 27)) == "27. November 2026"
        assert english.date(date(2026, 11, 27)) == "November 27, 2026"
        assert german.moment(at) == "2. Juli 2026, 00:30 MESZ"
        assert english.moment(at) == "July 1, 2026, 22:30 UTC"
        assert german.number(Decimal("1234.5")) == "1.234,5"
        assert german.money(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
        assert english.money(Decimal("1234.5"), "EUR") == "€1,234.50"
        assert Locale("en", "No/Where").moment(at) == "July 1, 2026, 22:30 UTC"


class TestMails:
    async def test_are_in_the_language_of_the_person_else_of_the_tenant(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        email, invited = f"{new_id()}@example.com", f"{new_id()}@example.com"
        account = {"email": email, "password": PASSWORD, "full_name": "Eva", "tenant_name": "Eva"}
        german = {"Accept-Language": "de-AT,de;q=0.9"}
        await anonymous.post("/api/v1/auth/register", json=account, headers=german)
        await client.post("/api/v1/users/me/email/confirmation")
        await mails_to(runtime, owner.email)
        await client.patch("/api/v1/tenants/current", json={"language": "de"})
        await client.post("/api/v1/users/me/email/confirmation")
        await client.post("/api/v1/tenants/current/invitations", json={"email": invited})

        subjects = [
            mail.subject
            for to in (email, owner.email, invited)
            for mail in (await mails_to(runtime, to))
        ]

        assert subjects == [
            "Bestätigen Sie Ihre E-Mail-Adresse",
            "Confirm your e-mail address",
            "Bestätigen Sie Ihre E-Mail-Adresse",
            "Einladung von “Acme”",
        ]


class TestErrors:
    async def test_are_in_the_language_of_the_browser_before_log_in(
        self, anonymous: AsyncClient
    ) -> None:
        plain = await anonymous.get("/api/v1/users/me")
        german = await anonymous.get("/api/v1/users/me", headers={"Accept-Language": "de-DE"})
        form = await anonymous.post(
            "/api/v1/auth/forgot-password", json={}, headers={"Accept-Language": "de"}
        )

        assert plain.json()["title"] == "Log in first"
        assert german.json()["title"] == "Zuerst anmelden"
        assert german.json()["type"] == plain.json()["type"]
        assert form.json()["errors"] == [
            {"pointer": "/body/email", "detail": "Pflichtangabe fehlt"}
        ]

    async def test_are_in_the_language_of_the_person(
        self, client: AsyncClient, anonymous: AsyncClient
    ) -> None:
        changed = await client.patch(
            "/api/v1/users/me", json={"language": "DE", "time_zone": "Europe/Berlin"}
        )
        wrong = await client.patch("/api/v1/users/me", json={"time_zone": "No/Where"})
        refused = await client.patch("/api/v1/users/me", json={"language": "tlh"})
        token = (
            await anonymous.post(
                "/api/v1/auth/token",
                data={
                    "username": changed.json()["email"],
                    "password": "correct horse battery staple",
                },
            )
        ).json()["access_token"]
        answer = await anonymous.get(
            "/api/v1/nothing",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        )

        assert changed.status_code == 200, changed.text
        assert (changed.json()["language"], changed.json()["full_name"]) == ("de", "Ada")
        assert (wrong.status_code, refused.status_code) == (422, 422)
        assert answer.json()["title"] == "Nicht gefunden"
