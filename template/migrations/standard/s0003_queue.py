"""The job queue: Procrastinate's schema as of 3.10.

Its text is kept beside this step, not read from the package: a step has to do in five years what
it does today. When the package brings another schema, tests/migrations/test_queue.py says so, and
the difference becomes a step of its own.
"""

from pathlib import Path

from alembic import op

from app.database.rls import grant_global

SCHEMA = Path(__file__).with_suffix(".sql")
TABLES = ("procrastinate_periodic_defers", "procrastinate_events", "procrastinate_jobs")


def upgrade() -> None:
    _run_as_one(SCHEMA.read_text())
    _tie_to_tenants()
    for table in (*TABLES, "procrastinate_workers"):
        grant_global(table)
    for table in TABLES:
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO app_rw, app_admin")


def _tie_to_tenants() -> None:
    """A tenant's jobs, with what their arguments tell of its people, go with the tenant."""
    op.execute(
        "ALTER TABLE procrastinate_jobs ADD COLUMN tenant_id uuid"
        " GENERATED ALWAYS AS ((args ->> 'tenant_id')::uuid) STORED"
        " CONSTRAINT fk_procrastinate_jobs_tenant_id REFERENCES tenants (id) ON DELETE CASCADE"
    )
    op.execute(
        "CREATE INDEX ix_procrastinate_jobs_tenant_id ON procrastinate_jobs (tenant_id)"
        " WHERE tenant_id IS NOT NULL"
    )


def downgrade() -> None:
    for table in (*TABLES, "procrastinate_workers"):
        op.execute(f"DROP TABLE {table} CASCADE")
    _run_as_one(
        r"""
        DECLARE
            routine regprocedure;
        BEGIN
            FOR routine IN
                SELECT oid FROM pg_proc WHERE proname LIKE 'procrastinate\_%'
            LOOP
                EXECUTE 'DROP FUNCTION ' || routine;
            END LOOP;
        END;
        """
    )
    op.execute("DROP TYPE procrastinate_job_to_defer_v1")
    op.execute("DROP TYPE procrastinate_job_event_type")
    op.execute("DROP TYPE procrastinate_job_status")


def _run_as_one(script: str) -> None:
    """asyncpg takes one statement at a time; a block of them is one."""
    op.execute(f"DO $script$ BEGIN\n{script}\nEND $script$")
