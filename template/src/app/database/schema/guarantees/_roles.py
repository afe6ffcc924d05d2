"""Queries for privileges that the connected role must not have."""

ME = "(SELECT * FROM pg_roles WHERE rolname = current_user) AS me"
SCHEMAS = r"""
    (SELECT * FROM pg_namespace
     WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema') AS schemas
"""

OURS = "rolname IN ('app_owner', 'app_rw', 'app_admin')"
ANOTHER = "'Log in as app_rw, app_admin or app_owner instead (migrations/roles.sql)'"

BYPASSES = (
    f"""
    SELECT 'role ' || rolname,
           'is a superuser: no policy holds for it',
           CASE WHEN {OURS} THEN format('ALTER ROLE %I NOSUPERUSER', rolname) ELSE {ANOTHER} END
    FROM {ME}
    WHERE rolsuper
    """,
    f"""
    SELECT 'role ' || rolname,
           'has BYPASSRLS: no policy holds for it',
           CASE WHEN {OURS} THEN format('ALTER ROLE %I NOBYPASSRLS', rolname) ELSE {ANOTHER} END
    FROM {ME}
    WHERE rolbypassrls AND NOT rolsuper
    """,
)
"""Queries for all three roles."""

OVERREACHES = (
    f"""
    SELECT 'role ' || rolname,
           'owns ' || array_to_string(
               (array_agg(pg_class.oid::regclass::text ORDER BY relname))[1 : 5], ', ')
           || CASE WHEN count(*) > 5 THEN format(' and %s more', count(*) - 5) ELSE '' END
           || ', so it can switch policies off',
           CASE rolname WHEN 'app_owner' THEN 'Log in as app_rw or app_admin instead'
                        ELSE format('REASSIGN OWNED BY %I TO app_owner', rolname) END
    FROM {ME}
    JOIN pg_class ON relowner = me.oid AND relkind IN ('r', 'p', 'f', 'v', 'm')
    WHERE relpersistence <> 't' AND NOT rolsuper
    GROUP BY rolname
    """,
    f"""
    SELECT 'role ' || me.rolname,
           'belongs to ' || other.rolname || ' and can act as it',
           format('REVOKE %I FROM %I', other.rolname, me.rolname)
    FROM {ME}
    JOIN pg_auth_members ON member = me.oid
    JOIN pg_roles AS other ON other.oid = roleid
    """,
    f"""
    SELECT 'role ' || rolname,
           'may TRUNCATE ' || pg_class.oid::regclass || ', which ignores policies',
           format('REVOKE TRUNCATE ON %s FROM %I, PUBLIC', pg_class.oid::regclass, rolname)
    FROM {ME}
    JOIN pg_class ON relkind IN ('r', 'p', 'f') AND relowner <> me.oid
    JOIN {SCHEMAS} ON schemas.oid = relnamespace
    WHERE NOT rolsuper AND has_table_privilege(pg_class.oid, 'TRUNCATE')
    """,
    f"""
    SELECT 'role ' || rolname,
           format('may create tables in schema %I, and would own them', nspname),
           format('REVOKE CREATE ON SCHEMA %I FROM %I, PUBLIC', nspname, rolname)
    FROM {ME}
    JOIN {SCHEMAS} ON has_schema_privilege(schemas.oid, 'CREATE')
    WHERE NOT rolsuper
    """,
)
"""Queries for the two serving roles; app_owner is allowed to own tables."""

EXCHANGED = f"""
    SELECT 'role ' || rolname,
           CASE rolname
               WHEN 'app_admin'
               THEN 'is the log-in of APP_DATABASE_URL, and sees the rows of all tenants'
               ELSE 'is the log-in of APP_DATABASE_ADMIN_URL, and sees one tenant at a time' END,
           format('Log in as %s instead', CAST(:meant AS text))
    FROM {ME}
    WHERE rolname IN ('app_rw', 'app_admin') AND rolname <> CAST(:meant AS text)
"""
"""A query for an engine that is meant to serve as one of the two, and logs in as the other."""
