"""What ends with what: log-ins with the credentials that proved them, keys and invitations with
who made them.
"""

import sqlalchemy as sa
from alembic import op

from app.database.online import create_foreign_key, create_index

MAKER = "fk_api_keys_created_by"
INVITER = "fk_invitations_invited_by"
PARENT = "fk_api_keys_tenant_id_parent_id"
CHILDREN = "ix_api_keys_tenant_id_parent_id"


def upgrade() -> None:
    _add_columns()
    own, parent = ["tenant_id", "id"], ["tenant_id", "parent_id"]
    create_foreign_key(PARENT, "api_keys", "api_keys", parent, own, ondelete="CASCADE")
    create_foreign_key(INVITER, "invitations", "users", ["invited_by"], ["id"], ondelete="CASCADE")
    create_foreign_key(MAKER, "api_keys", "users", ["created_by"], ["id"], ondelete="CASCADE")
    create_index(CHILDREN, "api_keys", parent)


def downgrade() -> None:
    op.drop_constraint(MAKER, "api_keys")
    op.create_foreign_key(MAKER, "api_keys", "users", ["created_by"], ["id"], ondelete="SET NULL")
    op.drop_column("invitations", "invited_by")
    op.drop_index(CHILDREN, "api_keys")
    op.drop_constraint(PARENT, "api_keys")
    op.drop_column("api_keys", "parent_id")
    op.drop_column("identities", "unlinked_at")
    op.drop_column("identities", "email")
    op.drop_column("one_time_tokens", "credentials_version")
    op.drop_column("users", "credentials_version")


def _add_columns() -> None:
    """Add what is not there: what follows commits it, and may have to be tried again."""
    version = sa.Column("credentials_version", sa.Integer(), server_default="0", nullable=False)
    unlinked_at = sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True)
    for table, column in (
        ("users", version),
        ("one_time_tokens", sa.Column("credentials_version", sa.Integer(), nullable=True)),
        ("identities", sa.Column("email", sa.String(320), nullable=True)),
        ("identities", unlinked_at),
        ("api_keys", sa.Column("parent_id", sa.Uuid(), nullable=True)),
        ("invitations", sa.Column("invited_by", sa.Uuid(), nullable=True)),
    ):
        op.add_column(table, column, if_not_exists=True)
