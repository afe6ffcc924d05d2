"""Core's own tables. Importing this file loads their models."""

from app.core.audit._across_tenants import AuditEntry
from app.core.audit._log import LogEntry
from app.core.auth._revocations import Revocation
from app.core.counters import Counter
from app.core.csv._models import CsvImport
from app.core.events.models import Delivery, OutboxEvent
from app.core.http.idempotency._models import IdempotencyRecord
from app.core.jobs.models import JobProgress
from app.database.base import Base

__all__ = [
    "AuditEntry",
    "Counter",
    "CsvImport",
    "Delivery",
    "IdempotencyRecord",
    "JobProgress",
    "LogEntry",
    "OutboxEvent",
    "Revocation",
    "tables_of",
]


def tables_of(package: str) -> dict[str, dict[str, str]]:
    """Return the tables of a package's models, each with the tables that its columns refer to."""
    return {
        str(mapper.local_table): {
            column.name: key.target_fullname.partition(".")[0]
            for column in mapper.local_table.columns
            for key in column.foreign_keys
            if column.name != "tenant_id"
        }
        for mapper in Base.registry.mappers
        if f"{mapper.class_.__module__}.".startswith(f"{package}.")
    }
