from alembic.autogenerate import render_python_code
from alembic.operations.ops import CreateTableOp, DowngradeOps, MigrationScript, UpgradeOps
from sqlalchemy import Column, Uuid

from app.core.module import find_modules
from app.database.schema.autogenerate import is_ours, protect_new_tables


class TestProtectNewTables:
    def test_protects_a_table_of_tenants(self) -> None:
        assert "protect('notes')" in _upgrade_that_creates("notes")

    def test_lets_a_person_read_her_own_rows_where_the_model_says_so(self) -> None:
        upgrade = _upgrade_that_creates("memberships")

        assert "protect_for_person('memberships', 'user_id')" in upgrade

    def test_grants_a_global_table(self) -> None:
        assert "grant_global('tenants')" in _upgrade_that_creates("tenants")

    def test_protects_a_dropped_table_when_it_comes_back(self) -> None:
        script = MigrationScript(
            "1", UpgradeOps([]), DowngradeOps([CreateTableOp("notes", [Column("id", Uuid())])])
        )

        protect_new_tables(None, None, [script])

        assert "protect('notes')" in render_python_code(script.downgrade_ops_list[0])


class TestIsOurs:
    def test_leaves_the_queues_tables_to_the_queue(self) -> None:
        assert not is_ours("procrastinate_jobs", "table", {})
        assert is_ours("tenants", "table", {})


def _upgrade_that_creates(table: str) -> str:
    find_modules()
    creation = CreateTableOp(table, [Column("id", Uuid())])
    script = MigrationScript("1", UpgradeOps([creation]), DowngradeOps([]))
    protect_new_tables(None, None, [script])
    return render_python_code(script.upgrade_ops_list[0])
