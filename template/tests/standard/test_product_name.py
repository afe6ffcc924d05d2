"""The product's name appears where users see it: pages, e-mails, authenticators, traces."""

from email.utils import parseaddr
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.config import Settings
from app.config._project import project_name
from app.core.mail import Email
from app.core.mail._mailers import PreviewMailer, SmtpMailer, choose_mailer
from app.core.runtime import Runtime

NAMES = ("Blue Harbour", "Größe & Söhne", 'The "Quoted" One, Ltd.')


def sender_of(settings: Settings) -> tuple[str, str]:
    mailer = choose_mailer(settings, Path())
    assert isinstance(mailer, PreviewMailer | SmtpMailer)
    sender = mailer.sender if isinstance(mailer, PreviewMailer) else mailer.settings.sender
    message = Email(to="ada@example.com", subject="Hello", text="Hello").message(sender=sender)
    return parseaddr(str(message["From"]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("host", [None, "smtp.example.com"])
def test_is_the_sender_of_mails(name: str, host: str | None) -> None:
    mail = {"host": host, "sender": "no-reply@example.com"}
    settings = Settings.model_validate({"name": name, "environment": "development", "mail": mail})

    assert sender_of(settings) == (name, "no-reply@example.com")


def test_gives_way_to_a_sender_with_a_name_of_its_own() -> None:
    mail = {"host": "smtp.example.com", "sender": "Support <help@example.com>"}
    settings = Settings.model_validate({"name": "Acme", "mail": mail})

    assert sender_of(settings) == ("Support", "help@example.com")


async def test_is_on_the_pages_and_in_the_document(
    app: FastAPI, anonymous: AsyncClient, runtime: Runtime
) -> None:
    name = runtime.settings.name

    assert app.openapi()["info"]["title"] == name == project_name()
    assert f"Errors of {name}" in unescape((await anonymous.get("/errors")).text)


async def test_is_what_an_authenticator_shows(client: AsyncClient, runtime: Runtime) -> None:
    answer = await client.post(
        "/api/v1/users/me/second-factor", json={"password": "correct horse battery staple"}
    )

    assert f"issuer={quote(runtime.settings.name)}" in answer.text
