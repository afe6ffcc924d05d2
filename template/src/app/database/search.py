"""The words of a tenants' table, for migrations: created beside the table, and kept by a trigger.

Row security lets a query use an index only with operators that are leakproof, which `@@`, `LIKE`
and those of trigrams are not. So the words that full-text search finds in a row are rows of their
own, with an index that leads from the tenant to the word: docs/performance.md, *Search*.
"""

import sqlalchemy as sa
from alembic import op

from app.database.mixins import words_of
from app.database.rls import in_cluster, protect

KEEP = """
    CREATE OR REPLACE FUNCTION {words}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found text[];
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF ({new}) IS NOT DISTINCT FROM ({old}) THEN
                RETURN NULL;
            END IF;
        END IF;
        found = {found};
        IF TG_OP = 'UPDATE' THEN
            DELETE FROM {words}
            WHERE tenant_id = NEW.tenant_id AND id = NEW.id AND word <> ALL (found);
        END IF;
        INSERT INTO {words} (tenant_id, id, word)
        SELECT NEW.tenant_id, NEW.id, unnest(found) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END
    $$
"""
# Without a list of columns: PostgreSQL would refuse to change the type of one.
TRIGGER = """
    CREATE OR REPLACE TRIGGER {words} AFTER INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {words}_keep({columns})
"""
WRITE = """
    WITH batch AS (
        SELECT tenant_id, id, {found} AS found FROM {table} {rows}
    ), gone AS (
        DELETE FROM {words} USING batch
        WHERE {words}.tenant_id = batch.tenant_id AND {words}.id = batch.id AND word <> ALL (found)
    ), written AS (
        INSERT INTO {words} (tenant_id, id, word)
        SELECT tenant_id, id, unnest(found) FROM batch ON CONFLICT DO NOTHING
    )
    SELECT tenant_id, id FROM batch ORDER BY tenant_id DESC, id DESC LIMIT 1
"""
"""Writes the words of rows that are there; `rows` says which, and the last of them is returned."""
WRITE_IN_CLUSTER = (
    """
    DELETE FROM {words} USING {table} AS owner
    WHERE {words}.tenant_id = owner.tenant_id AND {words}.id = owner.id AND word <> ALL ({found})
    """,
    """
    INSERT INTO {words} (tenant_id, id, word)
    SELECT DISTINCT tenant_id, id, unnest({found}) FROM {table} ON CONFLICT DO NOTHING
    """,
)
"""The same for all rows, as Citus takes it: without locks on rows of several tenants."""


def create_words(table: str, *columns: str) -> None:
    """Create the table of the words in these columns, as `SearchMixin` declares it."""
    words = words_of(table)
    if op.get_context().as_sql or not sa.inspect(op.get_bind()).has_table(words):
        op.create_table(
            words,
            sa.Column("tenant_id", sa.Uuid(), nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("word", sa.Text(collation="C"), nullable=False),
            sa.PrimaryKeyConstraint("tenant_id", "id", "word"),
            sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
            sa.ForeignKeyConstraint(
                ["tenant_id", "id"], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE"
            ),
        )
        op.create_index(f"ix_{words}_tenant_id_word_id", words, ["tenant_id", "word", "id"])
        protect(words)
    keep_words(table, *columns)


def keep_words(table: str, *columns: str) -> None:
    """Create the trigger that writes a row's words. In a Citus cluster its repository does."""
    if not in_cluster():
        for statement in keep_statements(table, columns):
            op.execute(statement)


def keep_statements(table: str, columns: tuple[str, ...]) -> list[str]:
    words, quoted = words_of(table), ", ".join(f"'{column}'" for column in columns)
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    keep = KEEP.format(words=words, new=new, old=old, found=words_in(columns, "NEW."))
    return [keep, TRIGGER.format(words=words, table=table, columns=quoted)]


def stop_words(table: str) -> None:
    """Drop the trigger, before a column of it is renamed or dropped. A Citus cluster has none."""
    words = words_of(table)
    if not in_cluster():
        op.execute(f"DROP TRIGGER IF EXISTS {words} ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS {words}_keep()")


def drop_words(table: str) -> None:
    """Drop the words and the trigger; call it before the table itself is dropped."""
    stop_words(table)
    op.drop_table(words_of(table), if_exists=True)


def words_in(columns: tuple[str, ...], row: str = "") -> str:
    """Return SQL for the words in the columns of a row."""
    return " || ".join(f"coalesce(search_words({row}{column}), '{{}}')" for column in columns)
