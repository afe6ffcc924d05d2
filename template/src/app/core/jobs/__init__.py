"""Background jobs: enqueued in the transaction of their cause, run by a worker for its tenant."""

from .arguments import Arguments
from .envelope import Envelope
from .errors import JobRefused, JobSkipped, UnknownJob, WrongArguments
from .job import AfterFailure, EnqueuedJob, Job, job
from .naming import module_path, name_of
from .progress import current_run, report_progress, running
from .queue import write_envelopes, write_jobs
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
    "module_path",
    "name_of",
    "report_progress",
    "running",
    "write_envelopes",
    "write_jobs",
]

room_of = module_path  # until 3.0
write_sealed = write_envelopes  # until 3.0
