"""The audit log of each tenant, and the separate log of work across tenants."""

from ._across_tenants import AuditEntry, AuditEntryRepository
from ._log import Act, LogEntry, copy_of, list_acts, write_acts

__all__ = [
    "Act",
    "AuditEntry",
    "AuditEntryRepository",
    "LogEntry",
    "copy_of",
    "list_acts",
    "write_acts",
]
