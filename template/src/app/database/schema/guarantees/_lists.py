"""List which tables are global and why, and which have rows of a single user."""

from collections.abc import Iterator

from sqlalchemy import Table

from app.database.base import Base
from app.database.mixins import TenantMixin

TABLES_WITHOUT_MODEL = {
    "alembic_version": "records how far this database is migrated",
    "procrastinate_jobs": "the queue is one for all; each job names its tenant",
    "procrastinate_events": "records what became of a job",
    "procrastinate_periodic_defers": "records when a cron job was last due",
    "procrastinate_workers": "records which workers are alive",
}
"""Global tables without a model, each with the reason why it has no tenant."""


def global_tables() -> dict[str, str]:
    """Return global tables with their reasons. A model with TenantMixin is never global."""
    return TABLES_WITHOUT_MODEL | {
        table.fullname: model.__global_reason__
        for model, table in _models()
        if model.__global_reason__ and not issubclass(model, TenantMixin)
    }


def shared_tables() -> list[str]:
    """Return the tables whose rows all tenants read and none writes."""
    return [table.fullname for _, table in _models() if table.info.get("shared")]


def personal_columns() -> dict[str, str]:
    """Return the tables whose rows a user reads without a tenant, and the user's column."""
    return {
        table.fullname: str(column)
        for model, table in _models()
        if (column := getattr(model, "__personal__", None))
    }


def _models() -> Iterator[tuple[type[Base], Table]]:
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, Table):
            yield mapper.class_, mapper.local_table
