"""Periodic jobs that delete what core no longer needs."""

from .events import purge_old_events
from .jobs import purge_old_jobs
from .revocations import purge_revocations

HOUSEKEEPING = (purge_old_jobs, purge_old_events, purge_revocations)

__all__ = ["HOUSEKEEPING"]
