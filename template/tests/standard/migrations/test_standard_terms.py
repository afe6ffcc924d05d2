"""s0010_standard_terms converts rows, and back, and lets the old release serve meanwhile."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.core.events import Subscriptions
from app.core.http.idempotency import purge_records
from app.core.module import find_modules
from app.core.worker.housekeeping import HOUSEKEEPING
from app.database.embedded import DatabaseUrls, EmbeddedServer
from app.database.schema.migrations import configuration, find_steps
from app.kit.ids import new_id
from app.modules.tenants import TenantCreated

TENANT, EVENT = new_id(), new_id()
OLD_JOBS = [
    "auth.forget_revocations",
    "events.forget_old_events",
    "idempotency.forget_old_answers",
    "jobs.forget_old_jobs",
    "users.forget_expired",
    "users.seal_again",
]
OLD_ROWS = f"""
    INSERT INTO tenants (id, name, created_at, updated_at)
    VALUES ('{TENANT}', 'Acme', now(), now());
    INSERT INTO audit_log (tenant_id, id, at, actor, action, changes)
    SELECT '{TENANT}', gen_random_uuid(), now(), actor, actor, '{{}}'
    FROM unnest(ARRAY['person', 'api key', 'house']) actor, generate_series(1, 100);
    INSERT INTO event_outbox (id, tenant_id, name, version, payload, occurred_at)
    VALUES ('{EVENT}', '{TENANT}', 'tenants.founded', 1, '{{"tenant_id": "{TENANT}"}}', now());
    INSERT INTO event_deliveries (event_id, handler, status, attempts)
    SELECT '{EVENT}', handler, 'waiting', 0
    FROM unnest(ARRAY['files.forget_tenant', 'notifications.forget_who_left']) handler;
    INSERT INTO procrastinate_jobs (queue_name, task_name)
    SELECT 'default', name FROM unnest(ARRAY{OLD_JOBS}) name;
    INSERT INTO given_answers
        (tenant_id, id, actor_id, key_hash, request_hash, answer, given_at)
    VALUES ('{TENANT}', gen_random_uuid(), gen_random_uuid(), 'kept', '', '', now());
"""
OLD_ENDPOINT = f"""
    INSERT INTO webhook_endpoints
        (tenant_id, id, url, description, events, sealed_secret, created_at, updated_at)
    VALUES ('{TENANT}', gen_random_uuid(), 'https://example.com', '',
            '{{tenants.founded,users.*}}', '', now(), now())
"""
AS_THE_OLD_RELEASE = f"""
    SET ROLE app_rw;
    SET app.tenant_id = '{TENANT}';
    INSERT INTO given_answers (tenant_id, id, actor_id, key_hash, request_hash, answer, given_at)
    VALUES ('{TENANT}', gen_random_uuid(), gen_random_uuid(), 'by the old', '', '', now());
"""


@pytest.fixture
def config(scratch: DatabaseUrls) -> Config:
    return configuration(scratch.owner_url)


@pytest.fixture
def before(config: Config) -> str:
    """The revision before the step."""
    [step] = [each for each in find_steps() if each.module.endswith(".s0010_standard_terms")]
    revision = ScriptDirectory.from_config(config).get_revision(step.revision)
    return str(revision.down_revision)


@pytest.fixture
def connection(server: EmbeddedServer, scratch: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    with server.superuser(make_url(scratch.url).database or "") as connection:
        yield connection


def test_rows_with_old_names_have_new_ones_and_get_the_old_ones_back(
    config: Config, before: str, connection: psycopg.Connection[Any]
) -> None:
    command.upgrade(config, before)
    connection.execute(OLD_ROWS)
    old = _names(connection)

    command.upgrade(config, "head")
    new = _names(connection)
    command.downgrade(config, before)

    assert _names(connection) == old
    assert new["actors"] == [("api_key", 100), ("system", 100), ("user", 100)]
    assert new["events"] == [TenantCreated.name]
    assert new["answers"] == ["kept"]
    assert new["forced"] == [True]


def test_what_waits_under_an_old_name_is_run(
    config: Config, before: str, connection: psycopg.Connection[Any]
) -> None:
    """Workers find jobs and subscribers by their stored names."""
    modules = find_modules()
    subscriptions = Subscriptions([each for module in modules for each in module.subscribers])
    jobs = {job.name for module in modules for job in module.jobs}
    jobs |= {job.name for job in (*HOUSEKEEPING, purge_records)}
    command.upgrade(config, before)
    connection.execute(OLD_ROWS)

    command.upgrade(config, "head")

    names = _names(connection)
    assert len(names["jobs"]) == len(OLD_JOBS)
    assert set(names["jobs"]) <= jobs
    there = {module.name for module in modules}
    handlers = [each for each in names["handlers"] if each.partition(".")[0] in there]
    assert [each for each in handlers if not subscriptions.knows(each)] == []


def test_the_old_release_serves_meanwhile(
    config: Config, before: str, connection: psycopg.Connection[Any]
) -> None:
    command.upgrade(config, before)
    connection.execute(OLD_ROWS)
    command.upgrade(config, "head")

    connection.execute(AS_THE_OLD_RELEASE)

    assert _column(connection, "SELECT key_hash FROM given_answers") == ["by the old", "kept"]
    connection.execute(f"SET app.tenant_id = '{new_id()}'")
    assert _column(connection, "SELECT key_hash FROM given_answers") == []


def test_endpoints_keep_the_event_they_ask_for(
    config: Config, before: str, connection: psycopg.Connection[Any]
) -> None:
    step = next(
        (each for each in find_steps() if each.module.endswith("webhooks.s0002_event_names")), None
    )
    if step is None:
        pytest.skip("this project has no webhooks")
    revision = ScriptDirectory.from_config(config).get_revision(step.revision)
    command.upgrade(config, str(revision.down_revision))
    connection.execute(
        f"INSERT INTO tenants (id, name, created_at, updated_at)"
        f" VALUES ('{TENANT}', 'Acme', now(), now())"
    )
    connection.execute(OLD_ENDPOINT)

    command.upgrade(config, step.revision)

    query = "SELECT unnest(events) FROM webhook_endpoints"
    assert _column(connection, query) == ["tenants.created", "users.*"]
    command.downgrade(config, str(revision.down_revision))
    assert _column(connection, query) == ["tenants.founded", "users.*"]


def _names(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    table = "given_answers"  # a table before the step, a view after it
    actors = "SELECT actor, count(*) FROM audit_log GROUP BY actor ORDER BY actor"
    forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'audit_log'"
    return {
        "actors": list(connection.execute(actors)),
        "events": _column(connection, "SELECT name FROM event_outbox"),
        "handlers": _column(connection, "SELECT handler FROM event_deliveries"),
        "jobs": _column(connection, "SELECT task_name FROM procrastinate_jobs"),
        "answers": _column(connection, f"SELECT key_hash FROM {table}"),
        "forced": _column(connection, forced),
    }


def _column(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return sorted(value for (value,) in connection.execute(query))
