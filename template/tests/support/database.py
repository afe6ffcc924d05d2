"""Create test databases: migrate a template once per state of the migrations, then copy it."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.config import Settings
from app.database.embedded import DatabaseUrls, EmbeddedServer, is_alive
from app.database.schema.migrations import upgrade

from .folders import FOLDER, PROJECT
from .servers import BEHIND_PGBOUNCER, server

__all__ = ["FOLDER", "PROJECT", "create_test_database", "drop_test_database", "migrated_template"]

COMPLETE = "SELECT FROM pg_database WHERE datname = %s AND datistemplate"
STEPS = ("migrations/**/*", "src/app/modules/*/migrations/*.py", "src/app/**/models.py")


def create_test_database(settings: Settings, name: str) -> Settings:
    """Create a database at head, and return the settings for it."""
    template = migrated_template(server())
    _drop_left_over(server())
    return _pointing_to(settings, server().create_database(name, template=template))


def drop_test_database(name: str) -> None:
    server().drop_database(name)


@cache
def migrated_template(server: EmbeddedServer) -> str:
    """Return the template; runs reuse it as long as no migration and no model changes."""
    name = f"template_{_fingerprint()}"
    with server.superuser() as connection:
        if connection.execute(COMPLETE, [name]).fetchone() is None:
            upgrade(server.create_database(name).owner_url)
            connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")
    return name


def _drop_left_over(server: EmbeddedServer) -> None:
    """Drop databases of killed test processes; a database's name ends with its process id."""
    with server.superuser() as connection:
        query = r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'"
        names = [name for (name,) in connection.execute(query)]
    for name in names:
        if not is_alive(int(name.rpartition("_")[2])):
            server.drop_database(name)


def _pointing_to(settings: Settings, urls: DatabaseUrls) -> Settings:
    pointing = settings.with_database(
        url=urls.url, owner_url=urls.owner_url, admin_url=urls.admin_url
    )
    database = pointing.database.model_copy(update={"pgbouncer": BEHIND_PGBOUNCER})
    return pointing.model_copy(update={"database": database})


def _fingerprint() -> str:
    digest = sha256()
    for file in _files():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for pattern in STEPS:
        yield from sorted(path for path in PROJECT.glob(pattern) if path.suffix in (".py", ".sql"))
