"""Row security as the DDL of migration steps: a table and its protection arrive in one step.

The policies name their roles: one for all with `bypass OR tenant_id = …` would cost each query its
index. `(SELECT …)` lets Postgres read the setting once a statement, not once a row.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

from app.database.tenancy import PERSON_SETTING, TENANT_SETTING

TENANT_POLICY = "tenant_isolation"
ADMIN_POLICY = "across_tenants"
PERSON_POLICY = "own_rows"
SEEN_POLICY = "seen_by_all"


def protect(table: str) -> None:
    """A tenant's table: app_rw sees the rows of the announced tenant, app_admin those of all."""
    _isolate(table, "tenant_id")


def protect_tenants(table: str) -> None:
    """The tenants themselves: log-in and jobs see each, and only the announced one is written."""
    _isolate(table, "id")
    op.execute(f"CREATE POLICY {SEEN_POLICY} ON {table} FOR SELECT TO app_rw USING (true)")


def _isolate(table: str, column: str) -> None:
    own = f"{column} = {_setting(TENANT_SETTING)}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {TENANT_POLICY} ON {table} TO app_rw USING ({own}) WITH CHECK ({own})"
    )
    op.execute(
        f"CREATE POLICY {ADMIN_POLICY} ON {table} TO app_admin USING (true) WITH CHECK (true)"
    )
    grant_global(table)


def protect_for_person(table: str, column: str = "user_id") -> None:
    """Beside `protect`: a person without a tenant reads her own rows, as when she chooses one."""
    own = f"{column} = {_setting(PERSON_SETTING)}"
    op.execute(f"CREATE POLICY {PERSON_POLICY} ON {table} FOR SELECT TO app_rw USING ({own})")


def unprotect(table: str) -> None:
    """Undoes all of the above, for a table that stays; one that is dropped takes them along."""
    for policy in (SEEN_POLICY, PERSON_POLICY, ADMIN_POLICY, TENANT_POLICY):
        op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {table} FROM app_rw, app_admin")


def grant_global(table: str) -> None:
    """A table without tenants: both serving roles read and write all rows. But no TRUNCATE."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO app_rw, app_admin")


@contextmanager
def rows_of_all_tenants(table: str) -> Iterator[None]:
    """Within it a step's UPDATE or DELETE reaches every row.

    FORCE holds for the owner too: without this a step changes nothing, and says nothing.
    """
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _setting(name: str) -> str:
    """NULLIF, because a setting that was once set is '' afterwards, not NULL."""
    return f"(SELECT NULLIF(current_setting('{name}', true), '')::uuid)"
