import pytest
from alembic.autogenerate import render_python_code
from alembic.operations.ops import (
    AddColumnOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    DowngradeOps,
    DropConstraintOp,
    DropIndexOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
    UpgradeOps,
)
from sqlalchemy import Column, Integer, Uuid

from app.core.module import find_modules
from app.database.schema import autogenerate
from app.database.schema.autogenerate import is_ours, protect_new_tables


class TestProtectNewTables:
    def test_protects_a_table_of_tenants(self) -> None:
        assert "protect('notes')" in _upgrade_that_creates("notes")

    def test_lets_a_person_read_her_own_rows_where_the_model_says_so(self) -> None:
        upgrade = _upgrade_that_creates("memberships")

        assert "protect_for_person('memberships', 'user_id')" in upgrade

    def test_grants_a_global_table(self) -> None:
        assert "grant_global('tenants')" in _upgrade_that_creates("tenants")

    def test_grants_a_shared_table_for_reading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(autogenerate, "shared_tables", lambda: ["tenants"])

        assert "grant_shared('tenants')" in _upgrade_that_creates("tenants")

    def test_protects_a_dropped_table_when_it_comes_back(self) -> None:
        script = MigrationScript(
            "1", UpgradeOps([]), DowngradeOps([CreateTableOp("notes", [Column("id", Uuid())])])
        )

        protect_new_tables(None, None, [script])

        assert "protect('notes')" in render_python_code(script.downgrade_ops_list[0])


class TestChangesOfATable:
    def test_are_written_so_that_they_block_nobody(self) -> None:
        index = CreateIndexOp("i", "notes", ["title"], unique=True)
        swapped = [
            DropConstraintOp("c", "notes", type_="check"),
            CreateCheckConstraintOp("c", "notes", "rank > 0"),
        ]
        key = CreateForeignKeyOp("f", "notes", "users", ["by"], ["id"], ondelete="CASCADE")
        unique = CreateUniqueConstraintOp("u", "notes", ["rank"])
        column = AddColumnOp("notes", Column("rank", Integer()))
        old = DropIndexOp("o", "notes")

        upgrade = _upgrade_by(
            ModifyTableOps("notes", [index, *swapped, key, unique, column, old])
        ).splitlines()

        assert "op.add_column('notes'" in upgrade[1]
        assert "if_not_exists=True" in upgrade[1]
        assert [line.strip().partition("(")[0] for line in upgrade[2:] if "(" in line] == [
            "create_index",
            "create_check_constraint",
            "create_foreign_key",
            "create_unique_constraint",
            "drop_index",
        ]

    def test_stay_as_they_are_for_a_table_that_is_new(self) -> None:
        creation = CreateTableOp("notes", [Column("id", Uuid())])
        index = ModifyTableOps("notes", [CreateIndexOp("i", "notes", ["id"])])

        assert "op.create_index('i'" in _upgrade_by(creation, index)


class TestIsOurs:
    def test_leaves_the_queues_tables_to_the_queue(self) -> None:
        assert not is_ours("procrastinate_jobs", "table", {})
        assert is_ours("tenants", "table", {})


def _upgrade_that_creates(table: str) -> str:
    return _upgrade_by(CreateTableOp(table, [Column("id", Uuid())]))


def _upgrade_by(*steps: MigrateOperation) -> str:
    find_modules()
    script = MigrationScript("1", UpgradeOps(list(steps)), DowngradeOps([]))
    protect_new_tables(None, None, [script])
    return render_python_code(script.upgrade_ops_list[0])
