"""Periodic jobs that delete what core no longer needs."""

from .events import forget_old_events
from .idempotency import forget_old_answers
from .jobs import forget_old_jobs
from .revocations import forget_revocations

HOUSEKEEPING = (forget_old_jobs, forget_old_events, forget_old_answers, forget_revocations)

__all__ = ["HOUSEKEEPING"]
