"""Test what all jobs that send mail have in common, in every module."""

from datetime import timedelta

import pytest

from app.core.jobs import Job, Retry
from app.core.mail import MAIL, MAIL_SLOTS, send_mail
from app.core.module import find_modules

MAIL_JOBS = [
    send_mail,
    *(job for module in find_modules() for job in module.jobs if job.queue == MAIL),
]


@pytest.mark.parametrize("job", MAIL_JOBS, ids=lambda job: job.name)
def test_is_tried_for_hours(job: Job) -> None:
    """A mail survives an outage of the mail server, whether of a minute or a night."""
    assert patience(job.retry) > timedelta(hours=8), f"{job.name}: @job(…, retry=OVER_HOURS)"


def test_has_slots_of_its_own() -> None:
    assert MAIL_SLOTS[MAIL] > 1


def patience(retry: Retry) -> timedelta:
    waits = (retry.wait_after(failures) for failures in range(1, retry.attempts + 1))
    return sum((wait for wait in waits if wait), timedelta())
