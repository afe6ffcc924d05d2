"""Queries that check a database which is distributed over a Citus cluster."""

from app.database.schema.guarantees._tables import TABLES

REFERENCE_TABLES = ("tenants", "users")
"""Tables that are whole on every node, besides those that users read without a tenant."""

CLUSTER_SETTINGS = {
    "citus.propagate_set_commands": "local",
    "citus.override_table_visibility": "off",
}
"""Settings of the database: SET LOCAL reaches the nodes; the driver does not search the shards."""

SHOW_TABLES_ONLY = "SET LOCAL citus.override_table_visibility = on"
"""Hides the shards from the queries of this package."""

IN_CLUSTER = (
    """
    SELECT 'setting ' || name,
           'is not ' || wanted || ' in this database: a copy of a database does not inherit it',
           'app distribute, which sets it again'
    FROM unnest(CAST(:names AS text[]), CAST(:wanted AS text[])) AS settings (name, wanted)
    WHERE NOT EXISTS (
        SELECT FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND setrole = 0 AND name || '=' || wanted = ANY (setconfig)
    )
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'forces row security on its owner: when Citus moves its shards, it would copy nothing'
           ' and drop the rows',
           format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', name)
    FROM tables
    WHERE relforcerowsecurity
    """,
    f"""
    {TABLES}
    SELECT 'table ' || name,
           'is on the coordinator alone',
           'app distribute'
    FROM tables
    WHERE (name = ANY (:reference) OR oid IN (SELECT oid FROM tenants_tables))
      AND NOT EXISTS (
          SELECT FROM pg_dist_partition
          WHERE logicalrelid = tables.oid
            AND CASE WHEN name = ANY (:reference) THEN repmodel = 't' ELSE partmethod = 'h' END
      )
    """,
    """
    SELECT 'table ' || logicalrelid::text,
           'has a foreign key to a table of all nodes: workers cannot take jobs then',
           'ALTER TABLE procrastinate_jobs DROP CONSTRAINT fk_procrastinate_jobs_tenant_id'
    FROM pg_dist_partition
    WHERE logicalrelid = to_regclass('procrastinate_jobs')
    """,
    """
    SELECT 'table ' || min(logicalrelid::text),
           'is not colocated with the others: a tenant is on several nodes',
           format('SELECT update_distributed_table_colocation(%L, colocate_with => ''…'')',
                  min(logicalrelid::text))
    FROM pg_dist_partition
    WHERE partmethod = 'h'
    GROUP BY colocationid
    HAVING count(*) < (
        SELECT max(tables) FROM (
            SELECT count(*) AS tables FROM pg_dist_partition
            WHERE partmethod = 'h' GROUP BY colocationid
        ) AS groups
    ) OR colocationid > (
        SELECT min(colocationid) FROM pg_dist_partition WHERE partmethod = 'h'
        GROUP BY colocationid ORDER BY count(*) DESC, colocationid LIMIT 1
    )
    """,
)
