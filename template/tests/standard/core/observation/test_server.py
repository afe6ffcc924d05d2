"""One trace spans a real server, worker and collector, from the caller to the last job."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.config import Settings
from app.core.runtime import Runtime
from tests.support.people import Person, create_tenant
from tests.support.processes import free_port, running, until_up

from .receiver import Receiver, receiving

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("observed_server.py")
TOKEN = "a-token-for-prometheus"
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SENT = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
ROUTE = "/api/v1/greetings/{greeting}"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(
    settings: Settings, port: int, receiver: Receiver
) -> Iterator["subprocess.Popen[bytes]"]:
    with running(
        PROGRAM,
        port,
        settings,
        APP_ENVIRONMENT="development",  # with a worker inside
        APP_TELEMETRY_TRACES_URL=receiver.url,
        APP_TELEMETRY_METRICS_TOKEN=TOKEN,
        OTEL_BSP_SCHEDULE_DELAY="100",
    ) as process:
        yield process


@pytest_asyncio.fixture(scope="module")
async def person(runtime: Runtime) -> Person:
    return await create_tenant(runtime)


@pytest_asyncio.fixture(scope="module")
async def observed(
    server: "subprocess.Popen[bytes]", port: int, person: Person
) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=person.headers, timeout=60
    ) as client:
        await until_up(client, server)
        yield client


@pytest_asyncio.fixture(scope="module")
async def answer(observed: httpx.AsyncClient, receiver: Receiver) -> httpx.Response:
    """Return the response of a traced request, after all its jobs and events."""
    answer = await observed.post("/api/v1/greetings/private-name", headers=SENT)
    for _ in range(150):
        if receiver.named("job greetings.count") and receiver.named("job greetings.note"):
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError(f"no spans of jobs: {[span.name for span in receiver.spans]}")


class TestTraces:
    async def test_continue_the_callers(
        self, answer: httpx.Response, receiver: Receiver, person: Person
    ) -> None:
        span = receiver.named(f"POST {ROUTE}")

        assert span is not None
        assert (span.trace_id, span.parent_id) == (TRACE, CALLER)
        assert span.attributes["http.route"] == ROUTE
        assert span.attributes["http.response.status_code"] == 200
        assert span.attributes["app.tenant_id"] == str(person.tenant_id)
        assert answer.headers["x-trace-id"] == TRACE

    async def test_go_on_to_whom_we_call(self, answer: httpx.Response, receiver: Receiver) -> None:
        span = receiver.named(f"POST {ROUTE}")

        assert span is not None
        assert answer.json() == f"00-{TRACE}-{span.id}-01"

    async def test_have_the_statements(self, answer: httpx.Response, receiver: Receiver) -> None:
        span = receiver.named(f"POST {ROUTE}")
        assert span is not None

        below = [each for each in receiver.spans if each.parent_id == span.id]
        (commit,) = [each for each in below if each.name == "COMMIT"]

        assert below[0].name == "BEGIN"
        assert commit.attributes["db.query.text"] == (
            "EXECUTE write_events($1); EXECUTE write_deliveries($1); EXECUTE write_jobs($1); COMMIT"
        )

    @pytest.mark.parametrize("name", ["job greetings.count", "job greetings.note"])
    async def test_have_the_jobs_and_events(
        self, answer: httpx.Response, receiver: Receiver, person: Person, name: str
    ) -> None:
        request, job = receiver.named(f"POST {ROUTE}"), receiver.named(name)

        assert request is not None
        assert job is not None
        assert (job.trace_id, job.parent_id) == (TRACE, request.id)
        assert job.attributes["app.tenant_id"] == str(person.tenant_id)

    async def test_tell_nothing_private(
        self, answer: httpx.Response, receiver: Receiver, person: Person
    ) -> None:
        assert b"private-name" not in receiver.bodies
        assert person.token.encode() not in receiver.bodies
        statements = " ".join(str(span.attributes.get("db.query.text")) for span in receiver.spans)
        assert "EXECUTE write_events" in statements
        assert str(person.tenant_id) not in statements
        assert str(person.tenant_id).encode().hex() not in statements


class TestMetrics:
    async def test_have_the_routes_template(
        self, answer: httpx.Response, observed: httpx.AsyncClient
    ) -> None:
        await observed.get("/api/v1/nowhere")
        text = (await observed.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text

        labels = f'method="POST",route="{ROUTE}",status="200"'
        assert f"http_request_duration_seconds_count{{{labels}}} 1.0" in text
        assert 'route="none",status="404"' in text
        assert 'database_connections_in_use{login="rw"}' in text
        assert "private-name" not in text

    @pytest.mark.parametrize("proof", ["Bearer wrong", TOKEN, "Basic x"])
    async def test_need_their_token(self, observed: httpx.AsyncClient, proof: str) -> None:
        answer = await observed.get("/metrics", headers={"Authorization": proof})

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


class TestShutdown:
    async def test_sends_what_waits(
        self,
        answer: httpx.Response,
        observed: httpx.AsyncClient,
        receiver: Receiver,
        server: "subprocess.Popen[bytes]",
    ) -> None:
        await observed.get("/api/v1/tenants/current")
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.wait, 15)

        assert receiver.named("GET /api/v1/tenants/current")
