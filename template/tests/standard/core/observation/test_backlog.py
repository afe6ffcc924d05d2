"""/metrics says what waits in the database, and what became of jobs, the cache and log-ins."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient, ConnectError, Response
from pydantic import SecretStr
from sqlalchemy import text

from app.bootstrap import open_runtime
from app.cli._serve import worker as start_worker
from app.cli._start import CannotStart
from app.config import Settings
from app.core.backlog import measure_backlog
from app.core.cache import EVERYONE, Cached
from app.core.http.metrics import metrics_app
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database.engine import create_engine
from app.kit import clock
from app.kit.ids import new_id
from app.worker import serving_metrics
from tests.support.clients import client_of
from tests.support.people import create_tenant
from tests.support.processes import free_port
from tests.support.queue import FAST, ends, enqueue_add, until, worker
from tests.support.samples import fail, modules_and_samples

TOKEN = "a-token-for-prometheus"
NUMBER = Cached("test.number", int, keep=timedelta(minutes=1), whose=EVERYONE)


def with_token(settings: Settings) -> Settings:
    telemetry = settings.telemetry.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    return settings.model_copy(update={"telemetry": telemetry})


@pytest_asyncio.fixture
async def metered(queue: Runtime) -> AsyncIterator[Runtime]:
    """The runtime of a worker with metrics."""
    runtime = open_runtime(with_token(queue.settings), modules_and_samples())
    yield runtime
    await runtime.close()


async def scrape(app: FastAPI | None) -> str:
    assert app is not None
    async with client_of(app) as client:
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def answered(client: AsyncClient) -> Response | None:
    with suppress(ConnectError):
        return await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return None


async def gauges(runtime: Runtime) -> dict[str, dict[tuple[str, ...], float]]:
    return {each.name: dict(each.values) for each in await measure_backlog(runtime.database.rw)}


class TestBacklog:
    async def test_is_measured(self, metered: Runtime) -> None:
        owner = await create_tenant(metered)
        empty = await gauges(metered)
        for _ in range(3):
            await enqueue_add(metered, owner)
        async with metered.database.admin.begin() as connection:
            first, second = (
                await connection.scalars(text("SELECT id FROM procrastinate_jobs ORDER BY id"))
            ).all()[:2]
            late = clock.now() + timedelta(hours=1)
            schedule = text("UPDATE procrastinate_jobs SET scheduled_at = :at WHERE id = :id")
            await connection.execute(schedule, {"at": late, "id": first})
            age = text("UPDATE procrastinate_events SET at = :at WHERE job_id = :id")
            await connection.execute(age, {"at": clock.now() - timedelta(hours=2), "id": second})

        found = await gauges(metered)

        assert empty["database_up"] == {(): 1}
        assert empty["jobs_waiting"] == {}
        assert empty["events_undelivered"] == {("waiting",): 0, ("failed",): 0, ("skipped",): 0}
        assert found["jobs_waiting"] == {("default",): 2}
        assert found["jobs_scheduled"] == {("default",): 1}
        assert 7200 <= found["jobs_oldest_waiting_seconds"][("default",)] < 7500

    async def test_says_that_the_database_is_away(self) -> None:
        engine = create_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")

        measured = await measure_backlog(engine)
        await engine.dispose()

        assert [(each.name, each.values) for each in measured] == [("database_up", {(): 0})]


class TestWorkers:
    async def test_count_runs_by_what_became_of_them(self, metered: Runtime) -> None:
        owner = await create_tenant(metered)
        await enqueue_add(metered, owner)
        async with open_unit(metered, owner.actor, owner.context) as work:
            work.enqueue(fail, counter=new_id(), times=9)

        async with worker(metered, replace(FAST, concurrency=1)):
            await until(lambda: ends(metered, "succeeded", "failed"))
            assert (await gauges(metered))["workers_alive"] == {(): 1}

        text = await scrape(metrics_app(metered))
        outcomes = set(re.findall(r'job_duration_seconds_count\{job="(.*?)",outcome="(.*?)"', text))
        assert {outcome for _, outcome in outcomes} >= {"succeeded", "failed"}
        assert ("samples.add", "failed") in outcomes  # at zero, or its first increase is not seen
        assert "process_resident_memory_bytes" in text

    async def test_answer_for_themselves(self, metered: Runtime) -> None:
        port = free_port()
        client = AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60)
        async with serving_metrics(metered, ("127.0.0.1", port)), client:
            answer = await until(partial(answered, client))
            refused = await client.get("/metrics")

        assert "database_connections_limit" in answer.text
        assert refused.status_code == 401

    async def test_need_a_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("APP_TELEMETRY_METRICS_TOKEN", raising=False)
        with pytest.raises(CannotStart, match="Set APP_TELEMETRY_METRICS_TOKEN"):
            start_worker(metrics_port=9101)


class TestCache:
    async def test_counts_hits_and_misses(self, metered: Runtime) -> None:
        async def make() -> int:
            return 1

        for _ in range(3):
            async with open_unit(metered, (await create_tenant(metered)).actor, None) as work:
                await work.cache.remember(NUMBER, make=make)

        text = await scrape(metrics_app(metered))
        assert 'cache_requests_total{result="hit"} 2.0' in text
        assert 'cache_requests_total{result="miss"} 1.0' in text
