"""One account and one invitation for an address, however it is written."""

import sqlalchemy as sa
from alembic import op

from app.database.online import create_index

USERS, INVITATIONS = "uq_users_lower_email", "uq_invitations_tenant_id_lower_email"


def upgrade() -> None:
    """Fails and names the address if two accounts differ by case alone: rename one of them."""
    address = sa.text("lower(email)")
    create_index(USERS, "users", [address], unique=True)
    create_index(INVITATIONS, "invitations", ["tenant_id", address], unique=True)
    op.drop_constraint("uq_users_email", "users")
    op.drop_constraint("uq_invitations_tenant_id_email", "invitations")


def downgrade() -> None:
    op.create_unique_constraint("uq_users_email", "users", ["email"])
    op.drop_index(USERS, "users")
    op.create_unique_constraint(
        "uq_invitations_tenant_id_email", "invitations", ["tenant_id", "email"]
    )
    op.drop_index(INVITATIONS, "invitations")
