"""Queries that check each tenant's table: row security, keys, indexes, foreign keys."""

TABLES = r"""
    WITH RECURSIVE ours AS (
        SELECT pg_class.*, pg_class.oid::regclass::text AS name
        FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
          AND relpersistence <> 't'
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ),
    tables AS (
        SELECT * FROM ours WHERE relkind IN ('r', 'p', 'f')
    ),
    with_tenant AS (
        SELECT tables.*, attnum AS tenant, attnotnull AS always
        FROM tables
        JOIN pg_attribute ON attrelid = tables.oid AND attname = 'tenant_id' AND NOT attisdropped
        WHERE name <> ALL (:global_tables)
    ),
    tenants_tables AS (
        SELECT * FROM with_tenant WHERE NOT relispartition
    )
"""
"""`ours` excludes system tables, temporary tables and tables of extensions."""

UNPROTECTED = (
    """
    SELECT 'table tenants',
           'lets each tenant write all the others',
           'protect_tenants("tenants") in a migration step (app/database/rls.py)'
    FROM pg_class
    WHERE oid = to_regclass('tenants') AND NOT (
        relrowsecurity AND (relforcerowsecurity OR :in_cluster)
        AND NOT EXISTS (
            SELECT FROM pg_policy
            WHERE polrelid = pg_class.oid AND polcmd <> 'r'
              AND polroles && ARRAY[0, to_regrole('app_rw')::oid]
              AND pg_get_expr(polqual, polrelid) NOT LIKE '(id = %app.tenant_id%'
        )
    )
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'has row security switched off',
           format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name)
    FROM tenants_tables
    WHERE NOT relrowsecurity
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'does not force row security on its owner',
           format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name)
    FROM tenants_tables
    WHERE NOT relforcerowsecurity AND NOT :in_cluster
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'has no tenant_id and is not on the list of global tables',
           'Let its model inherit TenantMixin, or say why not in __global_reason__'
           ' (without a model: in app/database/schema/guarantees/_lists.py, TABLES_WITHOUT_MODEL)'
    FROM tables
    WHERE name <> ALL (:global_tables) AND NOT relispartition
      AND NOT EXISTS (SELECT FROM with_tenant WHERE with_tenant.oid = tables.oid)
    """,
    f"""
    {TABLES}
    SELECT 'partition ' || name,
           'can be addressed directly, past the policies of its table',
           format('REVOKE ALL ON %s FROM %I, PUBLIC', name, current_user)
    FROM with_tenant
    WHERE relispartition AND NOT (relrowsecurity AND relforcerowsecurity)
      AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')
    """,
)

LOOSE_KEYS = (
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'allows rows without a tenant',
           format('ALTER TABLE %s ALTER tenant_id SET NOT NULL', name)
    FROM tenants_tables
    WHERE NOT always
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'keeps its rows when their tenant is deleted',
           format('ALTER TABLE %s ADD FOREIGN KEY (tenant_id) REFERENCES tenants', name)
           || ' ON DELETE CASCADE'
    FROM tenants_tables
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = tenants_tables.oid AND contype = 'f' AND confdeltype = 'c'
          AND conkey = ARRAY[tenant] AND confrelid = to_regclass('tenants')
    )
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'has no primary key that starts with tenant_id',
           'Let its primary key be (tenant_id, id)'
    FROM tenants_tables
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = tenants_tables.oid AND contype = 'p' AND conkey[1] = tenant
    )
    """,
    f"""
    {TABLES},
    personal AS (
        SELECT *
        FROM unnest(CAST(:personal_tables AS text[]), CAST(:personal_columns AS text[]))
             AS listed (table_name, column_name)
    )
    SELECT 'index ' || indexrelid::regclass,
           CASE WHEN indisunique THEN 'reveals to one tenant which values another one has'
                ELSE 'is of no use under row security' END,
           format('Let it start with tenant_id, as all indexes of %s', name)
    FROM tenants_tables
    JOIN pg_index ON indrelid = tenants_tables.oid
    WHERE NOT indisprimary AND indkey[0] <> tenant
      AND (indisunique OR NOT EXISTS (
          SELECT FROM personal
          JOIN pg_attribute ON attrelid = indrelid AND attname = column_name
          WHERE table_name = name AND attnum = indkey[0]
      ))
    """,
    f"""
    {TABLES}
    SELECT format('foreign key %I of %s', conname, conrelid::regclass),
           'can point into another tenant',
           format('Let it be composite: (tenant_id, …) to %s (tenant_id, …)', target.name)
    FROM pg_constraint
    JOIN tenants_tables AS target ON target.oid = confrelid
    WHERE contype = 'f' AND conparentid = 0 AND NOT EXISTS (
        SELECT FROM unnest(conkey, confkey) AS pair (here, there)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = here AND attname = 'tenant_id'
        WHERE there = target.tenant
    )
    """,
)

SEEN_THROUGH = (
    f"""
    {TABLES},
    rules AS (
        SELECT ev_class AS view, refobjid AS relation
        FROM pg_rewrite
        JOIN pg_depend ON objid = pg_rewrite.oid AND classid = 'pg_rewrite'::regclass
        WHERE refclassid = 'pg_class'::regclass AND refobjid <> ev_class
    ),
    reads AS (
        SELECT view, relation FROM rules
        UNION
        SELECT reads.view, rules.relation FROM reads JOIN rules ON rules.view = reads.relation
    )
    SELECT DISTINCT
           CASE relkind WHEN 'm' THEN 'materialised view ' ELSE 'view ' END || name,
           CASE relkind WHEN 'm' THEN 'keeps rows of tenants without policies'
                ELSE 'reads rows of tenants as its owner' END,
           CASE relkind WHEN 'm' THEN format('DROP MATERIALIZED VIEW %s', name)
                ELSE format('ALTER VIEW %s SET (security_invoker = true)', name) END
    FROM ours
    JOIN reads ON reads.view = ours.oid
    WHERE relation IN (SELECT oid FROM with_tenant)
      AND (relkind = 'm' OR relkind = 'v' AND NOT EXISTS (
          SELECT FROM pg_options_to_table(reloptions)
          WHERE option_name = 'security_invoker' AND option_value::boolean
      ))
    """,
    r"""
    SELECT 'function ' || pg_proc.oid::regprocedure,
           'runs with the rights of its owner (SECURITY DEFINER)',
           format('ALTER FUNCTION %s SECURITY INVOKER', pg_proc.oid::regprocedure)
    FROM pg_proc
    JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE prosecdef AND nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
      AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND has_function_privilege(pg_proc.oid, 'EXECUTE')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    """,
)

WRITTEN_BY_TENANTS = (
    """
    SELECT 'table ' || name,
           'is shared by all tenants, and each of them may write it for the others',
           format('REVOKE INSERT, UPDATE, DELETE ON %s FROM app_rw, PUBLIC', name)
    FROM unnest(CAST(:shared_tables AS text[])) AS shared (name)
    WHERE to_regclass(name) IS NOT NULL
      AND has_table_privilege('app_rw', to_regclass(name), 'INSERT, UPDATE, DELETE')
    """,
)
