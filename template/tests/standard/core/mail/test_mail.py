import email
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from app.config import MailSettings
from app.core.auth import Actor
from app.core.jobs import running
from app.core.mail import (
    Email,
    MailNotConfigured,
    MemoryMailer,
    PreviewMailer,
    SmtpMailer,
    quoted,
    send_mail,
    send_now,
)
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support.mail import mails_to

EMAIL = Email(
    to="bob@example.com",
    subject="Grüße\nBcc: everybody@example.com",
    text="Hello <Bob> & all,\n\nopen https://app.example.com/?a=1&b=2\nnow, or http://evil.example",
    links=("https://app.example.com/?a=1&b=2",),
)


class Inbox(Message):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[EmailMessage] = []

    def prepare_message(self, session: Any, envelope: Any) -> Any:
        return email.message_from_bytes(envelope.content, policy=default)

    def handle_message(self, message: Any) -> None:
        self.received.append(message)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[Controller]:
    """A mail server on loopback that requires a log-in."""

    def authenticate(_: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"app", b"secret"), handled=False)

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    yield controller
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_of(server: Controller, **changes: Any) -> MailSettings:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "app",
        "password": "secret",
        "sender": "Acme <no-reply@acme.example.com>",
    }
    return MailSettings.model_validate(values | changes)


class TestSmtp:
    async def test_brings_text_and_html_to_the_server(
        self, server: Controller, inbox: Inbox
    ) -> None:
        await SmtpMailer(settings_of(server)).send(EMAIL)

        (message,) = inbox.received
        text, html = message.iter_parts()
        assert message["to"] == "bob@example.com"
        assert message["from"] == "Acme <no-reply@acme.example.com>"
        assert message["message-id"].endswith("@acme.example.com>")
        assert text.get_content().split() == EMAIL.text.split()
        assert "Hello &lt;Bob&gt; &amp; all," in html.get_content()

    async def test_lets_no_subject_add_a_header(self, server: Controller, inbox: Inbox) -> None:
        await SmtpMailer(settings_of(server)).send(EMAIL)

        assert inbox.received[0]["subject"] == "Grüße Bcc: everybody@example.com"
        assert inbox.received[0]["bcc"] is None

    async def test_says_that_the_server_refuses(self, server: Controller, inbox: Inbox) -> None:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await SmtpMailer(settings_of(server, password="wrong")).send(EMAIL)

        assert inbox.received == []

    async def test_sends_nothing_in_clear_when_tls_is_asked_for(
        self, server: Controller, inbox: Inbox
    ) -> None:
        with pytest.raises(aiosmtplib.SMTPException):
            await SmtpMailer(settings_of(server, security="starttls")).send(EMAIL)

        assert inbox.received == []

    async def test_needs_a_host(self) -> None:
        with pytest.raises(MailNotConfigured, match="APP_MAIL_HOST"):
            await SmtpMailer(MailSettings()).send(EMAIL)


class TestPreview:
    async def test_can_be_opened_in_a_browser_and_in_a_mail_program(self, tmp_path: Path) -> None:
        await PreviewMailer(tmp_path / "mail", sender="no-reply@localhost").send(EMAIL)

        (page,) = (tmp_path / "mail").glob("*.html")
        message = email.message_from_bytes(page.with_suffix(".eml").read_bytes(), policy=default)
        assert message["to"] == "bob@example.com"
        assert '<a href="https://app.example.com/?a=1&amp;b=2">' in page.read_text(encoding="utf-8")

    def test_links_what_the_mail_names_and_nothing_else(self) -> None:
        assert EMAIL.html.count("<a ") == 1
        assert "http://evil.example" in EMAIL.html


class TestQuoted:
    @pytest.mark.parametrize(
        ("name", "quoted_name"),
        [
            ("Ada", "“Ada”"),
            ("locked.\n\nSee https://evil.example", "“locked. See https evil.\u2060example”"),
            ("a\u202eb\x85c", "“abc”"),
            ("x” is locked. “y", '“x" is locked. "y”'),
            (":://x", "“: x”"),
            ("www.evil.example/x a@b.c", "“www.\u2060evil.\u2060example/x a@\u2060b.\u2060c”"),
            ("Dr. Ada, 3rd: tel:1", "“Dr. Ada, 3rd: tel:\u20601”"),
        ],
    )
    def test_is_one_line_without_a_link(self, name: str, quoted_name: str) -> None:
        assert quoted(name) == quoted_name


class TestSendMail:
    async def test_leaves_after_the_commit(self, runtime: Runtime) -> None:
        address = f"{new_id()}@example.com"
        async with open_unit(runtime, Actor.system(), None) as work:
            work.enqueue(send_mail, to=address, subject="Hello", text="there")
            assert await mails_to(runtime, address) == []

        (mail,) = await mails_to(runtime, address)

        assert mail.subject == "Hello"

    async def test_has_the_same_id_at_each_attempt(self, runtime: Runtime) -> None:
        """A worker that dies before its commit sends again, and mail programs show one e-mail."""
        first, second = new_id(), new_id()
        ids = [await message_id(runtime, run, "a") for run in (first, first, second, None, None)]
        other = await message_id(runtime, first, "b")

        assert ids[0] == ids[1]
        assert len({*ids, other}) == 5


async def message_id(runtime: Runtime, run: UUID | None, text: str) -> str:
    async with open_unit(runtime, Actor.system(), None) as work:
        with running(run):
            await send_now(work, Email(to="ada@example.com", subject="Hello", text=text))
    mail = cast(MemoryMailer, runtime.mailer).sent[-1]
    return str(mail.message(sender="Acme <no-reply@example.com>")["Message-ID"])
