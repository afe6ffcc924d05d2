"""A tenant's slug, time zone, language and currency. Existing tenants get a slug of their name.

The server defaults let an older release create tenants, so that a release can be rolled back.
"""

import sqlalchemy as sa
from alembic import op

from app.database.online import create_unique_constraint
from app.database.rls import rows_of_all_tenants

# allow adding-field-with-default: a row for each tenant is rewritten in no time.

SETTINGS = (("time_zone", 64, "UTC"), ("language", 35, "en"), ("currency", 3, "EUR"))
UNIQUE = "uq_tenants_slug"

# What must not be a tenant's address, when this step was written.
RESERVED = """
    about account accounts admin administrator admins api app apps assets auth autodiscover
    billing blog cdn contact dashboard demo dev docs download downloads email errors example
    favicon files ftp health help host hostmaster imap info invite jobs legal localhost login
    logout mail me metrics mx news no-reply noreply ns ns1 ns2 null oauth openapi pay payments
    pop postmaster preview privacy public redoc register robots root security settings shop
    signin signup sitemap smtp ssl staging static status support system tenant tenants terms
    test undefined user users web webhook webhooks webmaster well-known wiki www
"""

# Letters that NFKD does not decompose come first. A name without a Latin letter or digit becomes
# "tenant". A name gets the end of its id if it is reserved, not the first of its kind, or ends like
# a name with the end of an id.
FILL = """
WITH plain AS (
    SELECT id, created_at, replace(replace(replace(replace(replace(replace(
        lower(name), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'ø', 'o'), 'ł', 'l'), 'đ', 'd') AS name
    FROM tenants
), bases AS (
    SELECT id, created_at, rtrim(left(btrim(regexp_replace(regexp_replace(
        normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), '[^a-z0-9]+', '-', 'g'), '-'), 40), '-')
        AS base
    FROM plain
), named AS (
    SELECT id, created_at, CASE WHEN length(base) < 2 THEN 'tenant' ELSE base END AS base FROM bases
), counted AS (
    SELECT id, base, row_number() OVER (PARTITION BY base ORDER BY created_at, id) AS nth FROM named
)
UPDATE tenants SET slug = CASE
    WHEN nth = 1 AND base <> ALL (:reserved) AND base !~ '-[0-9a-f]{12}$' AND base !~ '^xn--'
    THEN base ELSE base || '-' || right(replace(tenants.id::text, '-', ''), 12) END
FROM counted WHERE counted.id = tenants.id
"""


def upgrade() -> None:
    op.add_column(
        "tenants",
        sa.Column(
            "slug",
            sa.String(63),
            server_default=sa.text("(gen_random_uuid())::text"),
            nullable=False,
        ),
    )
    for name, length, default in SETTINGS:
        column = sa.Column(name, sa.String(length), server_default=default, nullable=False)
        op.add_column("tenants", column)
    fill = sa.text(FILL).bindparams(sa.bindparam("reserved", RESERVED.split(), sa.ARRAY(sa.Text)))
    with rows_of_all_tenants("tenants"):
        op.execute(fill)
    create_unique_constraint(UNIQUE, "tenants", ["slug"])


def downgrade() -> None:
    op.drop_constraint(UNIQUE, "tenants")
    for name in ("currency", "language", "time_zone", "slug"):
        op.drop_column("tenants", name)
