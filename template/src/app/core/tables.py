"""Core's own tables. Importing this file loads their models."""

from app.core.audit._across_tenants import AuditEntry
from app.core.audit._log import LogEntry
from app.core.auth._revocations import Revocation
from app.core.events.models import Delivery, OutboxEvent
from app.core.http.idempotency._models import IdempotencyRecord
from app.core.jobs.models import JobProgress

__all__ = [
    "AuditEntry",
    "Delivery",
    "IdempotencyRecord",
    "JobProgress",
    "LogEntry",
    "OutboxEvent",
    "Revocation",
]
