"""Run waiting mail jobs as a worker does, and read the sent e-mails."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import cast

import pytest
from sqlalchemy import text

from app.core.jobs import Envelope, Job
from app.core.mail import Email, MemoryMailer
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit

TAKE = text(
    "DELETE FROM procrastinate_jobs WHERE queue_name = 'mail' RETURNING id, task_name, args"
)
SECRET = re.compile(r"token=([\w.~-]+)")


async def mails_to(runtime: Runtime, address: str) -> list[Email]:
    """Return all e-mails of this test process to the address, oldest first."""
    await deliver(runtime)
    sent = cast(MemoryMailer, runtime.mailer).sent
    return [mail for mail in sent if mail.to == address]


async def token_for(runtime: Runtime, address: str) -> str:
    """Return the token in the link of the latest e-mail."""
    mail = (await mails_to(runtime, address))[-1]
    found = SECRET.search(mail.text)
    assert found, mail.text
    return found[1]


async def deliver(runtime: Runtime) -> None:
    jobs = {job.name: job for job in runtime.jobs}
    async with runtime.database.admin.begin() as connection:
        waiting = sorted((tuple(row) for row in await connection.execute(TAKE)), key=itemgetter(0))
    for _, name, args in waiting:
        await _run(runtime, jobs[name], Envelope.model_validate(args))


async def _run(runtime: Runtime, job: Job, envelope: Envelope) -> None:
    actor = envelope.actor_for(runtime.permissions)
    async with open_unit(runtime, actor, envelope.context) as work:
        with _refusing_while_open(work, job):
            await job.run(work, **job.shape.unpack(envelope.arguments))


@contextmanager
def _refusing_while_open(work: UnitOfWork, job: Job) -> Iterator[None]:
    """Assert that no transaction, and so no connection, waits for a mail server."""
    mailer = cast(MemoryMailer, work.runtime.mailer)

    async def send(mail: Email) -> None:
        assert not work.is_open, f"{job.name} sends inside of a transaction: work.commit() first"
        mailer.sent.append(mail)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailer, "send", send)
        yield
