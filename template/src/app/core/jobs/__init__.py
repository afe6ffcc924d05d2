"""Background jobs: enqueued in the transaction of their cause, run by a worker for its tenant."""

from .arguments import Arguments
from .envelope import Envelope
from .errors import JobRefused, JobSkipped, UnknownJob, WrongArguments
from .job import AfterFailure, EnqueuedJob, Job, job
from .naming import name_of, room_of
from .progress import current_run, report_progress, running
from .queue import write_jobs, write_sealed
from .registry import JobRegistry
from .retry import NEVER, OVER_HOURS, Retry

__all__ = [
    "NEVER",
    "OVER_HOURS",
    "AfterFailure",
    "Arguments",
    "EnqueuedJob",
    "Envelope",
    "Job",
    "JobRefused",
    "JobRegistry",
    "JobSkipped",
    "Retry",
    "UnknownJob",
    "WrongArguments",
    "current_run",
    "job",
    "name_of",
    "report_progress",
    "room_of",
    "running",
    "write_jobs",
    "write_sealed",
]
