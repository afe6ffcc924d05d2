"""The step that gives tenants a slug handles the existing ones."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.database.embedded import DatabaseUrls, EmbeddedServer
from app.database.schema.migrations import configuration, find_steps
from app.kit.ids import new_id
from app.kit.slugs import is_reserved, slug_of

STEP = "migrations.standard.s0009_tenant_settings"
NAMES = [
    "Acme",
    "Acme",
    "ACME & Sons!",
    "Größe Łódź Ærø",
    "東京",
    "?",
    "x",
    "Admin",
    "xn--acme",
    f"acme {'0' * 12}",
    "a" * 120,
    f"{'b' * 39} c",
]
INSERT = "INSERT INTO tenants (id, name, created_at, updated_at) VALUES (%s, %s, now(), now())"


def test_are_made_of_names_as_new_ones_are(scratch: DatabaseUrls, server: EmbeddedServer) -> None:
    config = configuration(scratch.owner_url)
    command.upgrade(config, _before(config))
    ids = [new_id() for _ in NAMES]
    with server.superuser(make_url(scratch.url).database or "") as connection:
        connection.cursor().executemany(INSERT, list(zip(ids, NAMES, strict=True)))

        command.upgrade(config, "head")

        connection.execute(INSERT, [new_id(), "by an older release"])
        slugs = dict(connection.execute("SELECT id, slug FROM tenants").fetchall())
    assert len(set(slugs.values())) == len(NAMES) + 1
    seen: set[str] = set()
    for id_, name in zip(ids, NAMES, strict=True):
        base = slug_of(name)
        kept = not (base in seen or is_reserved(base) or base.endswith("-" + "0" * 12))
        assert slugs[id_] == (base if kept else f"{base}-{id_.hex[-12:]}"), name
        seen.add(base)


def _before(config: Config) -> str:
    """Return the revision that the chain had before the step."""
    (step,) = (each for each in find_steps() if each.module == STEP)
    before = ScriptDirectory.from_config(config).get_revision(step.revision).down_revision
    assert isinstance(before, str)
    return before
