"""Mailers: SMTP, files for development, a list for tests."""

from asyncio import to_thread
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

import aiosmtplib
import structlog

from app.config import MailSettings, Settings
from app.kit.ids import new_id

from ._email import Email

log = structlog.get_logger(__name__)


class MailNotConfigured(Exception):
    """An e-mail cannot be sent because no mail server is configured."""


class Mailer(Protocol):
    async def send(self, email: Email) -> None:
        """Send, and return once the e-mail is accepted. Call it from a job, which is retried."""


def choose_mailer(settings: Settings, folder: Path) -> Mailer:
    """Return SMTP if configured or in production, memory in tests, else files in `folder`."""
    sender = _with_name(settings.mail.sender, settings.name)
    if settings.mail.host is not None or settings.in_production:
        return SmtpMailer(settings.mail.model_copy(update={"sender": sender}))
    if settings.environment == "test":
        return MemoryMailer()
    return PreviewMailer(folder, sender=sender)


def _with_name(sender: str, name: str) -> str:
    """Use the product's name as sender unless the setting has one."""
    given, address = parseaddr(sender)
    return sender if given or not address else str(Address(name, addr_spec=address))


class SmtpMailer:
    """Sends through SMTP. Raises MailNotConfigured without a host, and aiosmtplib's errors."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings

    async def send(self, email: Email) -> None:
        if self.settings.host is None:
            raise MailNotConfigured("set APP_MAIL_HOST and APP_MAIL_SENDER to send mail")
        password = self.settings.password
        await aiosmtplib.send(
            email.message(sender=self.settings.sender),
            hostname=self.settings.host,
            port=self.settings.port,
            username=self.settings.username,
            password=password.get_secret_value() if password else None,
            use_tls=self.settings.security == "tls",
            start_tls=self.settings.security == "starttls",
            timeout=self.settings.timeout_seconds,
        )


class PreviewMailer:
    """Writes two files per e-mail, .eml and .html, for development."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    async def send(self, email: Email) -> None:
        page = await to_thread(self._write, email)
        log.info("mail.preview", subject=email.subject, file=str(page))

    def _write(self, email: Email) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        page = self.folder / f"{new_id()}.html"
        page.write_text(email.html, encoding="utf-8")
        page.with_suffix(".eml").write_bytes(email.message(sender=self.sender).as_bytes())
        return page


class MemoryMailer:
    """Keeps e-mails in a list, for tests."""

    def __init__(self) -> None:
        self.sent: list[Email] = []

    async def send(self, email: Email) -> None:
        self.sent.append(email)
