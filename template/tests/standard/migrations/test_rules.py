"""Migrations that would block others, or break the release that still runs, are named."""

import importlib.util
from pathlib import Path

import pytest

from app.core.module import find_modules
from app.database.schema.migration_rules import find_violations, violations_of

BLOCKING = {
    "op.add_column('users', sa.Column('a', sa.Text(), nullable=False))": "adding-required-field",
    "op.add_column('users', sa.Column('a', sa.Uuid(), server_default=sa.func.random()))": (
        "adding-field-with-default"
    ),
    "op.add_column('users', sa.Column('a', sa.Text(), sa.Computed('name')))": (
        "adding-field-with-default"
    ),
    "op.add_column('users', sa.Column('a', sa.Uuid(), sa.ForeignKey('users.id', name='f')))": (
        "adding-foreign-key-constraint"
    ),
    "op.alter_column('users', 'name', nullable=False)": "adding-not-nullable-field",
    "op.alter_column('users', 'name', type_=sa.Text())": "changing-column-type",
    "op.alter_column('users', 'name', new_column_name='title')": "renaming-column",
    "op.rename_table('users', 'people')": "renaming-table",
    "op.drop_column('users', 'name')": "ban-drop-column",
    "op.drop_table('users')": "ban-drop-table",
    "op.execute('DROP VIEW seen')": "ban-drop-view",
    "op.create_index('i', 'users', ['name'])": "require-concurrent-index-creation",
    "op.execute('CREATE INDEX i ON users (name)')": "require-concurrent-index-creation",
    "op.drop_index('i', 'users')": "require-concurrent-index-deletion",
    "op.create_unique_constraint('u', 'users', ['name'])": "disallowed-unique-constraint",
    "op.create_check_constraint('c', 'users', 'name > 1')": "constraint-missing-not-valid",
    "op.create_foreign_key('f', 'users', 'users', ['a'], ['id'])": "adding-foreign-key-constraint",
    "op.get_bind().execute(sa.text('SELECT 1')).all()": "asks-the-database",
    "list(Session(op.get_bind()).scalars(sa.text('SELECT 1')))": "asks-the-database",
    "sa.inspect(op.get_bind())": "asks-the-database",
    "op.execute('VACUUM FULL users')": "whole-table-lock",
    "op.execute('CLUSTER users USING i')": "whole-table-lock",
    "op.execute('LOCK TABLE users')": "whole-table-lock",
    "op.execute('REFRESH MATERIALIZED VIEW seen')": "whole-table-lock",
    "op.execute('ALTER TABLE users SET UNLOGGED')": "whole-table-lock",
    "op.execute('ALTER TABLE users\\n SET TABLESPACE fast')": "whole-table-lock",
    "op.execute('UPDATE users SET name = 1')": "whole-table-write",
    "op.execute('DELETE FROM users')": "whole-table-write",
    "op.execute('TRUNCATE users')": "whole-table-write",
    "op.execute('DO $$ BEGIN CREATE INDEX i ON users (name); END $$')": "do-block",
    "op.execute('ALTER TABLE users DISABLE ROW LEVEL SECURITY')": "disable-row-security",
    "op.execute('REVOKE SELECT ON users FROM app_rw')": "revoke-privileges",
    "op.execute('REINDEX TABLE users')": "require-concurrent-reindex",
    "op.create_primary_key('p', 'users', ['id'])": "adding-serial-primary-key-field",
    "op.add_column('users', sa.Column('a', sa.Integer(), sa.Identity()))": (
        "adding-field-with-default"
    ),
    "op.add_column('users', sa.Column('a', sa.Text(), unique=True))": (
        "disallowed-unique-constraint"
    ),
    "op.alter_column('users', 'name', type_=sa.String(9), existing_type=sa.String(10))": (
        "changing-column-type"
    ),
    "op.alter_column('users', 'name', type_=sa.Text(), existing_type=sa.Integer())": (
        "changing-column-type"
    ),
    "op.alter_column('users', 'name', server_default=None)": "ban-drop-default",
}
HARMLESS = (
    "op.add_column('users', sa.Column('a', sa.Text(), nullable=True))",
    "op.add_column('users', sa.Column('a', sa.Text(), server_default='', nullable=False))",
    "op.alter_column('users', 'name', nullable=True)",
    "op.alter_column('users', 'name', server_default='x')",
    "op.create_table('n', sa.Column('a', sa.Text())); op.create_index('i', 'n', ['a'])",
    "online.create_index('i', 'users', ['name'], unique=True)",
    "online.drop_index('i', 'users')",
    "online.create_unique_constraint('u', 'users', ['name'])",
    "online.create_check_constraint('c', 'users', 'name > 1')",
    "online.create_foreign_key('f', 'users', 'tenants', ['a'], ['id'])",
    "online.set_not_null('users', 'name')",
    "op.alter_column('users', 'name', type_=sa.String(300), existing_type=sa.String(120))",
    "op.alter_column('users', 'name', type_=sa.Text(), existing_type=sa.String(120))",
    "op.execute('UPDATE users SET name = 1 WHERE id = 1')",
    "op.create_table('n', sa.Column('a', sa.Text())); op.execute('UPDATE n SET a = 1')",
    "op.execute('CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ UPDATE n SET a = 1 $$')",
    "op.execute(\"INSERT INTO n VALUES ('x; DELETE FROM users') ON CONFLICT DO NOTHING\")",
    "op.execute(\"ALTER TYPE status ADD VALUE IF NOT EXISTS 'c'\")",
    "op.execute('GRANT SELECT ON users TO app_rw')",
    "op.execute('REFRESH MATERIALIZED VIEW CONCURRENTLY seen')",
    "op.bulk_insert(sa.table('n', sa.column('a', sa.Text())), [{'a': 'x'}])",
    "op.create_table_comment('users', 'people')",
    "op.execute('CREATE POLICY p ON users USING (true)')",
    "field_changes.rename_column('users', 'name', 'title')",
)
IMPORTS = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session
from app.database import field_changes, online
"""
REASON = "nobody has read it since 2.1"


class TestRules:
    @pytest.mark.slow  # make lint-migrations does the same
    def test_hold_in_this_project(self) -> None:
        find_modules()

        found = find_violations()

        assert not found, "\n".join(map(str, found))

    @pytest.mark.parametrize(("line", "rule"), BLOCKING.items())
    def test_name_what_blocks_or_breaks(self, tmp_path: Path, line: str, rule: str) -> None:
        found = found_in(tmp_path, line)

        assert rule in found
        assert f"# allow {rule}: …" in found[rule]

    def test_let_through_what_does_not(self, tmp_path: Path) -> None:
        for line in HARMLESS:
            assert found_in(tmp_path, line) == {}, line

    def test_are_lifted_for_a_reason_and_only_for_one(self, tmp_path: Path) -> None:
        drop = "op.drop_column('users', 'name')"

        assert found_in(tmp_path, drop, f"# allow ban-drop-column: {REASON}") == {}
        assert [*found_in(tmp_path, drop, "# allow ban-drop-column: ok")] == ["ban-drop-column"]
        assert [*found_in(tmp_path, drop, f"# allow ban-drop-table: {REASON}")] == [
            "ban-drop-column",
            "ban-drop-table",
        ]


def found_in(folder: Path, line: str, comment: str = "") -> dict[str, str]:
    """Return what is found in a migration of one line, by rule."""
    file = folder / "migration.py"
    file.write_text(f"{IMPORTS}{comment}\ndef upgrade():\n    {line}\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("migration", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {found.rule: str(found) for found in violations_of(module.upgrade)}
