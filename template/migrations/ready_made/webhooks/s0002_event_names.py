"""Endpoints that ask for an event by its old name ask for the new one."""

from alembic import op

from app.database.rls import rows_of_all_tenants

OLD, NEW = "tenants.founded", "tenants.created"


def upgrade() -> None:
    _replace(OLD, NEW)


def downgrade() -> None:
    _replace(NEW, OLD)


def _replace(old: str, new: str) -> None:
    with rows_of_all_tenants("webhook_endpoints"):
        op.execute(
            f"UPDATE webhook_endpoints SET events = array_replace(events, '{old}', '{new}')"
            f" WHERE '{old}' = ANY(events)"
        )
