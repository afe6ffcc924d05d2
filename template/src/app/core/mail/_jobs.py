"""The job that sends a letter whose text is known when it is enqueued.

A letter with a secret in it is written by a job of its module instead, which makes the secret:
what is enqueued can be read in the queue for days. Such a job is of the queue MAIL, is tried
OVER_HOURS, and commits before it sends: no transaction waits for the mail server.
"""

from typing import TYPE_CHECKING

from app.core.jobs import OVER_HOURS, job

from ._letter import Letter

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork


MAIL = "mail"
MAIL_SLOTS = {MAIL: 3}
"""Mail is sent beside all other jobs, however many of them wait or take long."""


@job(name="mail.send", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def send_mail(work: "UnitOfWork", to: str, subject: str, text: str) -> None:
    """Enqueue it: `work.enqueue(send_mail, to=…, subject=…, text=…)`."""
    await work.runtime.mailer.send(Letter(to=to, subject=subject, text=text))
