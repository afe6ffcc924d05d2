"""What the models say about their tables: who is global and why, who is also a person's own."""

from sqlalchemy.orm import Mapper

from app.database.base import Base

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
        mapper.local_table.fullname: reason
        for mapper in Base.registry.mappers
        if (reason := mapper.class_.__global_reason__) and not _is_a_tenants(mapper)
    }


def personal_columns() -> dict[str, str]:
    """Tenants' tables whose rows a person may read before she chose a tenant, with the column that names her."""
    return {
        mapper.local_table.fullname: mapper.class_.__personal__
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "__personal__", None)
    }


def _is_a_tenants(mapper: Mapper[object]) -> bool:
    return bool(mapper.local_table.info.get("tenant"))
