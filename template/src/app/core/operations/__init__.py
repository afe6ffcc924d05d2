"""Operations of superusers on the whole installation: jobs, events, schedules, health.

Each call is audited, as all work across tenants is.
"""

from ._events import EventOperations
from ._jobs import JobOperations, Periodic, StoredJob
from ._system import Health, SystemOperations

__all__ = [
    "EventOperations",
    "Health",
    "JobOperations",
    "Periodic",
    "StoredJob",
    "SystemOperations",
]
