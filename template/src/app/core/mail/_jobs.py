"""The job that sends a letter whose text is known when it is enqueued.

A letter with a secret in it is written by a job of its module instead, which makes the secret:
what is enqueued can be read in the queue for days. Such a job is of the queue MAIL, is tried
OVER_HOURS, and commits before it sends: no transaction waits for the mail server.
"""

from collections.abc import Sequence
from typing import Protocol

from app.core.jobs import OVER_HOURS, job

from ._letter import Letter
from ._mailers import Mailer


class SendsMail(Protocol):
    """A unit of work that knows where e-mails go."""

    @property
    def mailer(self) -> Mailer: ...

    async def release(self) -> None: ...


MAIL = "mail"
MAIL_SLOTS = {MAIL: 3}
"""Mail is sent beside all other jobs, however many of them wait or take long."""


@job(name="mail.send", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def send_mail(
    work: SendsMail, to: str, subject: str, text: str, links: Sequence[str] = ()
) -> None:
    """Enqueue it: `work.enqueue(send_mail, to=…, subject=…, text=…)`."""
    await send_now(work, Letter(to=to, subject=subject, text=text, links=tuple(links)))


async def send_now(work: SendsMail, letter: Letter) -> None:
    """Send it, in a job that writes the text itself, before its unit of work writes rows.

    The mail server may take its time: the unit holds no connection meanwhile.
    """
    await work.release()
    await work.mailer.send(letter)
