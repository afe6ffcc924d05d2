"""Idempotency records, audit actors, events and jobs have standard names.

Processes of the release before can serve on it, through a view with the table's old name.
"""

from collections.abc import Mapping

from alembic import op

# allow renaming-table: a view has the old name for the release that still serves.
# allow renaming-column: the view has the column's old name too.
# allow renaming-object: no code names a constraint or an index of this table.
# allow do-block: it updates some pages of audit_log at a time, and commits each time.

ACTORS = {"person": "user", "api key": "api_key", "house": "system"}
EVENTS = {"tenants.founded": "tenants.created"}
JOBS = {
    "auth.forget_revocations": "auth.purge_revocations",
    "events.forget_old_events": "events.purge_old_events",
    "idempotency.forget_old_answers": "idempotency.purge_records",
    "jobs.forget_old_jobs": "jobs.purge_old_jobs",
    "users.forget_expired": "users.purge_expired",
    "users.seal_again": "users.reencrypt",
}
OLD, NEW = "given_answers", "idempotency_records"
KEY, REFERENCE = "pk_{}", "fk_{}_tenant_id"
UNIQUE = "uq_{}_tenant_id_actor_id_key_hash"
INDEX = "ix_{}_tenant_id_{}"


def upgrade() -> None:
    _rename_actors(ACTORS)
    _rename("event_outbox", "name", EVENTS)
    _rename("procrastinate_jobs", "task_name", JOBS)
    _rename("procrastinate_periodic_defers", "task_name", JOBS)
    _rename_table(OLD, NEW, "given_at", "stored_at")
    op.execute(
        f"CREATE VIEW {OLD} WITH (security_invoker = true) AS SELECT tenant_id, id, actor_id,"
        f" key_hash, request_hash, answer, stored_at AS given_at FROM {NEW}"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {OLD} TO app_rw, app_admin")


def downgrade() -> None:
    op.execute(f"DROP VIEW {OLD}")
    _rename_table(NEW, OLD, "stored_at", "given_at")
    _rename("procrastinate_periodic_defers", "task_name", _turned(JOBS))
    _rename("procrastinate_jobs", "task_name", _turned(JOBS))
    _rename("event_outbox", "name", _turned(EVENTS))
    _rename_actors(_turned(ACTORS))


def _rename_actors(names: Mapping[str, str]) -> None:
    """Change rows in short transactions: an audit log can be large, and requests append to it.

    A run that breaks off can be repeated. Each UPDATE reads some pages by their number, up to the
    last page of today: changed rows are written behind it.
    """
    with op.get_context().autocommit_block():
        # FORCE applies to the owner, who migrates; the serving roles keep their policies.
        op.execute("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
        op.execute(f"""
            DO $$
            DECLARE
                pages bigint := pg_relation_size('audit_log') / current_setting('block_size')::int;
            BEGIN
                FOR page IN 0 .. pages BY 1000 LOOP
                    UPDATE audit_log SET actor = {_cases("actor", names)}
                    WHERE ctid >= format('(%s,0)', page)::tid
                      AND ctid < format('(%s,0)', page + 1000)::tid
                      AND {_is_one_of("actor", names)};
                    COMMIT;
                END LOOP;
            END $$
        """)
        op.execute("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY")


def _rename(table: str, column: str, names: Mapping[str, str]) -> None:
    op.execute(
        f"UPDATE {table} SET {column} = {_cases(column, names)} WHERE {_is_one_of(column, names)}"
    )


def _rename_table(old: str, new: str, column: str, new_column: str) -> None:
    op.rename_table(old, new)
    op.alter_column(new, column, new_column_name=new_column)
    for name in (KEY, REFERENCE, UNIQUE):
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {name.format(old)} TO {name.format(new)}")
    op.execute(f"ALTER INDEX {INDEX.format(old, column)} RENAME TO {INDEX.format(new, new_column)}")


def _cases(column: str, names: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in names.items())
    return f"CASE {column} {cases} END"


def _is_one_of(column: str, names: Mapping[str, str]) -> str:
    return f"{column} IN ({', '.join(repr(old) for old in names)})"


def _turned(names: Mapping[str, str]) -> dict[str, str]:
    return {new: old for old, new in names.items()}
