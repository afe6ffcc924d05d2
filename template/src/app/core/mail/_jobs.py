"""The job that sends an e-mail whose text is known when it is enqueued.

An e-mail with a secret is written by a job of its module instead, which generates the secret:
enqueued arguments stay readable in the queue for days. Such a job uses the queue MAIL and the
policy OVER_HOURS, and commits before it sends: no transaction waits for the mail server.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.config import Settings
from app.core.jobs import OVER_HOURS, current_run, job

from ._email import Email
from ._mailers import Mailer
from ._written import lay_out


class HasSettings(Protocol):
    @property
    def settings(self) -> Settings: ...


class SendsMail(Protocol):
    """A unit of work with a mailer."""

    @property
    def mailer(self) -> Mailer: ...

    @property
    def runtime(self) -> HasSettings: ...

    async def release(self) -> None: ...


MAIL = "mail"
MAIL_SLOTS = {MAIL: 3}
"""Mail has its own slots, so it never waits behind other jobs."""


@job(name="mail.send", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def send_mail(
    work: SendsMail, to: str, subject: str, text: str, links: Sequence[str] = ()
) -> None:
    """Send an e-mail. Enqueue it: `work.enqueue(send_mail, to=…, subject=…, text=…)`."""
    await send_now(work, Email(to=to, subject=subject, text=text, links=tuple(links)))


async def send_now(work: SendsMail, email: Email) -> None:
    """Send an e-mail from a job that writes the text itself, before it writes any rows.

    The mail server may be slow: the unit of work holds no connection in the meantime.
    """
    await work.release()
    page = lay_out(email, work.runtime.settings)
    await work.mailer.send(replace(email, run=current_run(), page=page))
