"""What ends with what: log-ins with the credentials that proved them, keys and invitations with
who made them.
"""

import sqlalchemy as sa
from alembic import op

MAKER = "fk_api_keys_created_by"
INVITER = "fk_invitations_invited_by"
PARENT = "fk_api_keys_tenant_id_parent_id"
CHILDREN = "ix_api_keys_tenant_id_parent_id"


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("credentials_version", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column("one_time_tokens", sa.Column("credentials_version", sa.Integer(), nullable=True))
    op.add_column("identities", sa.Column("email", sa.String(320), nullable=True))
    unlinked_at = sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("identities", unlinked_at)
    op.add_column("api_keys", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        PARENT,
        "api_keys",
        "api_keys",
        ["tenant_id", "parent_id"],
        ["tenant_id", "id"],
        ondelete="CASCADE",
    )
    op.add_column("invitations", sa.Column("invited_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        INVITER, "invitations", "users", ["invited_by"], ["id"], ondelete="CASCADE"
    )
    op.create_index(CHILDREN, "api_keys", ["tenant_id", "parent_id"])
    _end_keys_with_their_maker("CASCADE")


def downgrade() -> None:
    _end_keys_with_their_maker("SET NULL")
    op.drop_column("invitations", "invited_by")
    op.drop_index(CHILDREN, "api_keys")
    op.drop_constraint(PARENT, "api_keys")
    op.drop_column("api_keys", "parent_id")
    op.drop_column("identities", "unlinked_at")
    op.drop_column("identities", "email")
    op.drop_column("one_time_tokens", "credentials_version")
    op.drop_column("users", "credentials_version")


def _end_keys_with_their_maker(ondelete: str) -> None:
    op.drop_constraint(MAKER, "api_keys")
    op.create_foreign_key(MAKER, "api_keys", "users", ["created_by"], ["id"], ondelete=ondelete)
