"""What the models say about their tables: who is global and why, who is also a person's own."""

from collections.abc import Iterator

from sqlalchemy import Table

from app.database.base import Base
from app.database.mixins import TenantMixin

TABLES_WITHOUT_MODEL = {
    "alembic_version": "tells how far this database is migrated",
    "procrastinate_jobs": "the queue is one for all; each job names its tenant",
    "procrastinate_events": "tells what became of a job",
    "procrastinate_periodic_defers": "tells when a cron job was last due",
    "procrastinate_workers": "tells which workers are alive",
}
"""Global tables that others create: each with the reason why it may be without a tenant."""


def global_tables() -> dict[str, str]:
    """Every table that may be without a tenant, with its reason. TenantMixin outweighs a reason."""
    return TABLES_WITHOUT_MODEL | {
        table.fullname: model.__global_reason__
        for model, table in _models()
        if model.__global_reason__ and not issubclass(model, TenantMixin)
    }


def personal_columns() -> dict[str, str]:
    """Tables of which a person reads her own rows without a tenant, and the column that tells."""
    return {
        table.fullname: str(column)
        for model, table in _models()
        if (column := getattr(model, "__personal__", None))
    }


def _models() -> Iterator[tuple[type[Base], Table]]:
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, Table):
            yield mapper.class_, mapper.local_table
