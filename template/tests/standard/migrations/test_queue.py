from importlib.resources import files

from alembic import command
from sqlalchemy import make_url

from app.database.embedded import DatabaseUrls, EmbeddedServer
from app.database.schema.migrations import configuration

PACKAGED = files("procrastinate") / "sql" / "schema.sql"

SCHEMA = r"""
    SELECT 'function', pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'procrastinate\_%'
    UNION
    SELECT 'trigger', pg_get_triggerdef(oid)
    FROM pg_trigger
    WHERE tgrelid::regclass::text LIKE 'procrastinate\_%' AND NOT tgisinternal
    UNION
    SELECT 'index', indexdef FROM pg_indexes WHERE tablename LIKE 'procrastinate\_%'
    UNION
    SELECT 'constraint', conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid::regclass::text LIKE 'procrastinate\_%'
    UNION
    SELECT 'column', concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
    FROM information_schema.columns
    WHERE table_name LIKE 'procrastinate\_%'
    UNION
    SELECT 'label', enumtypid::regtype || ' ' || enumlabel FROM pg_enum
"""


class TestQueue:
    def test_has_the_schema_that_the_installed_package_expects(
        self, scratch: DatabaseUrls, server: EmbeddedServer
    ) -> None:
        """If this fails, copy the package's new migrations into a step of the standard."""
        expected = _packaged(server, scratch)

        command.upgrade(configuration(scratch.owner_url), "head")

        ours = {part for part in _schema(server, scratch) if "tenant_id" not in part[1]}
        assert ours == expected


def _packaged(server: EmbeddedServer, urls: DatabaseUrls) -> set[tuple[str, str]]:
    with server.superuser(_name(urls)) as connection:
        connection.execute(PACKAGED.read_bytes())
    expected = _schema(server, urls)
    server.drop_database(_name(urls))
    server.create_database(_name(urls))
    return expected


def _schema(server: EmbeddedServer, urls: DatabaseUrls) -> set[tuple[str, str]]:
    with server.superuser(_name(urls)) as connection:
        return set(connection.execute(SCHEMA))


def _name(urls: DatabaseUrls) -> str:
    return make_url(urls.url).database or ""
