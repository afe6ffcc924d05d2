"""A person's language and time zone; without them, the tenant's are used."""

import sqlalchemy as sa
from alembic import op

COLUMNS = (("language", 35), ("time_zone", 64))


def upgrade() -> None:
    for name, length in COLUMNS:
        op.add_column("users", sa.Column(name, sa.String(length), nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("users", name)
