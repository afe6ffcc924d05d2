"""Who did what, when and from where: each tenant's own log, and that of work across tenants."""

from ._across_tenants import AuditEntry
from ._log import Act, LogEntry, copy_of, list_acts, write_acts

__all__ = ["Act", "AuditEntry", "LogEntry", "copy_of", "list_acts", "write_acts"]
