"""The job that sends a letter whose text is known when it is enqueued.

A letter with a secret in it is written by a job of its module instead, which makes the secret:
what is enqueued can be read in the queue for days.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.jobs import job

from ._letter import Letter

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork


@job(name="mail.send", queue="mail", without_tenant=True)
async def send_mail(
    work: "UnitOfWork", to: str, subject: str, text: str, links: Sequence[str] = ()
) -> None:
    """Enqueue it: `work.enqueue(send_mail, to=…, subject=…, text=…)`."""
    await send_now(work, Letter(to=to, subject=subject, text=text, links=tuple(links)))


async def send_now(work: "UnitOfWork", letter: Letter) -> None:
    """For jobs that write the text themselves, before their unit writes rows.

    The mail server may take its time: the unit holds no connection meanwhile.
    """
    await work.release()
    await work.runtime.mailer.send(letter)
