"""Row security for migrations: a table and its policies are created in one step.

Each policy names its role: one policy for all roles with `bypass OR tenant_id = …` would prevent
index use. `(SELECT …)` lets PostgreSQL read the setting once per statement instead of once per row.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

from app.database.cluster import is_distributed
from app.database.mixins import words_of
from app.database.tenancy import PERSON_SETTING, TENANT_SETTING

TENANT_POLICY = "tenant_isolation"
ADMIN_POLICY = "across_tenants"
PERSON_POLICY = "own_rows"
SEEN_POLICY = "seen_by_all"


def protect(table: str) -> None:
    """Protect a tenant's table: app_rw sees the current tenant's rows, app_admin all rows."""
    _isolate(table, "tenant_id")


def protect_tenants(table: str) -> None:
    """Protect the tenants table: log-in and jobs read every row, and write only the current one."""
    _isolate(table, "id")
    op.execute(f"CREATE POLICY {SEEN_POLICY} ON {table} FOR SELECT TO app_rw USING (true)")


def _isolate(table: str, column: str) -> None:
    own = f"{column} = {_setting(TENANT_SETTING)}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if not in_cluster():
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {TENANT_POLICY} ON {table} TO app_rw USING ({own}) WITH CHECK ({own})"
    )
    op.execute(
        f"CREATE POLICY {ADMIN_POLICY} ON {table} TO app_admin USING (true) WITH CHECK (true)"
    )
    grant_global(table)


def protect_for_person(table: str, column: str = "user_id") -> None:
    """Let a user without a tenant read their own rows, such as memberships. Add it to `protect`."""
    own = f"{column} = {_setting(PERSON_SETTING)}"
    op.execute(f"CREATE POLICY {PERSON_POLICY} ON {table} FOR SELECT TO app_rw USING ({own})")


def unprotect(table: str) -> None:
    """Undo all of the above, for a table that stays; dropping a table drops its policies."""
    for policy in (SEEN_POLICY, PERSON_POLICY, ADMIN_POLICY, TENANT_POLICY):
        op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {table} FROM app_rw, app_admin")


def grant_global(table: str) -> None:
    """Grant both serving roles access to all rows of a global table, without TRUNCATE."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO app_rw, app_admin")


def in_cluster() -> bool:
    """True if Citus distributes the database: it copies what the owner sees, and FORCE would hide
    all rows from it. Nor can it route a policy with a SELECT.
    """
    return not op.get_context().as_sql and is_distributed(op.get_bind())


def grant_shared(table: str) -> None:
    """Let app_rw read all rows of a SharedMixin's table, and app_admin write them too."""
    op.execute(f"GRANT SELECT ON {table} TO app_rw")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO app_admin")


@contextmanager
def rows_of_all_tenants(table: str) -> Iterator[None]:
    """Let a migration's UPDATE or DELETE affect all rows.

    FORCE applies to the owner too: without this a migration silently changes nothing. A table's
    words, if there are any, change with it. In a Citus cluster row security is never forced.
    """
    if in_cluster():
        yield
        return
    for name in (table, words_of(table)):
        op.execute(f"ALTER TABLE IF EXISTS {name} NO FORCE ROW LEVEL SECURITY")
    yield
    for name in (table, words_of(table)):
        op.execute(f"ALTER TABLE IF EXISTS {name} FORCE ROW LEVEL SECURITY")


def _setting(name: str) -> str:
    """Return the setting as SQL, NULL if empty: once set, it is '' in later transactions."""
    setting = f"NULLIF(current_setting('{name}', true), '')::uuid"
    return f"({setting})" if in_cluster() else f"(SELECT {setting})"
