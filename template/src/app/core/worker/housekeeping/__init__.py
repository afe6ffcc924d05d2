"""Periodic jobs that delete what core no longer needs."""

from .events import forget_old_events
from .jobs import forget_old_jobs
from .revocations import forget_revocations

HOUSEKEEPING = (forget_old_jobs, forget_old_events, forget_revocations)

__all__ = ["HOUSEKEEPING"]
