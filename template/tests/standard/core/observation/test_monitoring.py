"""deploy/monitoring asks /metrics for nothing that is not there."""

import json
import re
from collections.abc import Iterator

import pytest
from httpx import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.config import Settings
from app.core.backlog import measure_backlog
from app.core.runtime import Runtime
from app.database.embedded import PROJECT
from app.main import create_app
from tests.support.clients import client_of
from tests.support.people import PASSWORD

MONITORING = PROJECT / "deploy" / "monitoring"
TOKEN = "a-token-for-prometheus"
OF_PROMETHEUS = {"up": {"job", "instance"}}

pytestmark = pytest.mark.skipif(
    not (MONITORING / "dashboard.json").exists(),
    reason="comes with an answer to the question `deploy`",
)


def queries() -> Iterator[str]:
    """Yield each query of the alerts and the dashboard."""
    yield from re.findall(r"^ +expr: (.*)$", text_of("alerts.yml"), re.MULTILINE)
    for panel in json.loads(text_of("dashboard.json"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def asked_by(query: str) -> tuple[set[str], set[str]]:
    """Return the names of the metrics that a query reads, and of the labels that it uses."""
    labels = set(re.findall(r"(\w+) *(?:=~|!~|!=|=)", " ".join(re.findall(r"{(.*?)}", query))))
    for group in re.findall(r"\b(?:by|without) *\((.*?)\)", query):
        labels |= set(re.findall(r"\w+", group))
    bare = re.sub(r"{.*?}|\[.*?\]|\b(?:by|without) *\(.*?\)", " ", query)
    return set(re.findall(r"\b[a-z_]{2,}\b(?! *\()", bare)), labels


def text_of(name: str) -> str:
    return (MONITORING / name).read_text(encoding="utf-8")


async def measured(settings: Settings) -> dict[str, set[str]]:
    """Return the labels of each series of /metrics, of an app in which everything has happened."""
    telemetry = settings.telemetry.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    app = create_app(settings.model_copy(update={"telemetry": telemetry}))
    runtime: Runtime = app.state.runtime
    async with client_of(app) as client:
        await fail_to_log_in(client)
        runtime.observation.note_job(name="a.job", outcome="failed", seconds=1)
        runtime.observation.note_cache("hit")
        runtime.observation.note_redis_failure()
        assert runtime.observation.meter
        runtime.observation.meter.note_deprecated("GET", "/", "name")
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        backlog = await measure_backlog(runtime.database.rw)
    await runtime.close()
    found = {each.name: {*each.labels} for each in backlog}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def fail_to_log_in(client: AsyncClient) -> None:
    form = {"username": "nobody@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/token", data=form)).status_code == 401


async def test_queries_are_answered(settings: Settings) -> None:
    found = OF_PROMETHEUS | await measured(settings)

    assert len({*queries()}) > 25
    for query in queries():
        metrics, labels = asked_by(query)
        assert metrics, query
        for metric in metrics:
            assert metric in found, f"{metric} is not measured: {query}"
            # Prometheus adds the two that say who was asked, unless the metric has them itself.
            unknown = labels - found[metric] - {"job", "instance"}
            assert not unknown, f"{metric} has no label {unknown}: {query}"


def test_alerts_name_pages_that_are_there() -> None:
    pages = re.findall(r"^ +runbook: (.*)$", text_of("alerts.yml"), re.MULTILINE)

    assert len(pages) == text_of("alerts.yml").count("- alert: ")
    for page in pages:
        assert (PROJECT / page).exists(), page
