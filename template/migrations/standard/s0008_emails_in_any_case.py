"""One account and one invitation for an address, however it is written."""

import sqlalchemy as sa
from alembic import op

USERS, INVITATIONS = "uq_users_lower_email", "uq_invitations_tenant_id_lower_email"


def upgrade() -> None:
    """Fails and names the address if two accounts differ by case alone: rename one of them."""
    op.create_index(USERS, "users", [sa.text("lower(email)")], unique=True)
    op.drop_constraint("uq_users_email", "users")
    op.create_index(INVITATIONS, "invitations", ["tenant_id", sa.text("lower(email)")], unique=True)
    op.drop_constraint("uq_invitations_tenant_id_email", "invitations")


def downgrade() -> None:
    op.create_unique_constraint("uq_users_email", "users", ["email"])
    op.drop_index(USERS, "users")
    op.create_unique_constraint(
        "uq_invitations_tenant_id_email", "invitations", ["tenant_id", "email"]
    )
    op.drop_index(INVITATIONS, "invitations")
