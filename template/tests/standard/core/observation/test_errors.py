"""Errors reach a tracker, and nothing personal with them."""

import gzip
import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import structlog
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, SecretStr

from app.config import Settings
from app.core.module import Module
from app.core.observability import observe
from app.core.permissions import public
from app.main import create_app
from tests.support.clients import client_of
from tests.support.people import Person

PRIVATE = ("jane@example.com", "Jane Doe", "203.0.113.9", "session=abc", "hunter2")
router = APIRouter(prefix="/broken")


class Body(BaseModel):
    name: str


@router.post("/{email}")
@public
async def break_down(email: str, body: Body) -> None:
    """Fail with everything personal in messages, notes and variables."""
    try:
        raise KeyError(email)
    except KeyError as error:
        error.add_note(body.name)
        raise ValueError(f"{email} {body.name}") from error


class Receiver(ThreadingHTTPServer):
    """A tracker's input: the text of all requests, and their events."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.text = ""
        self.events: list[dict[str, Any]] = []

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"

    def take(self, body: str) -> None:
        self.text += body
        self.events += [json.loads(line) for line in body.splitlines() if '"exception"' in line]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.take(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever)
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


@pytest.fixture
def tracked(settings: Settings, receiver: Receiver) -> Settings:
    telemetry = settings.telemetry.model_copy(update={"errors_dsn": SecretStr(receiver.dsn)})
    return settings.model_copy(update={"telemetry": telemetry})


async def test_a_failed_request_is_reported_without_anything_personal(
    tracked: Settings, receiver: Receiver, owner: Person
) -> None:
    app: FastAPI = create_app(tracked, (Module(name="broken", routers=(router,)),))
    async with client_of(app, owner) as client:
        answer = await client.post(
            f"/api/v1/broken/{PRIVATE[0]}",
            json={"name": " ".join(PRIVATE)},
            headers={"Cookie": PRIVATE[3], "X-Forwarded-For": PRIVATE[2]},
        )
    await app.state.runtime.close()

    assert answer.status_code == 500
    [event] = receiver.events
    raised = event["exception"]["values"]
    assert [each["type"] for each in raised] == ["KeyError", "ValueError"]
    assert raised[-1]["stacktrace"]["frames"][-1]["function"] == "break_down"
    assert {each["value"] for each in raised} == {"[hidden]"}
    assert event["tags"]["trace_id"] == answer.headers["x-trace-id"]
    assert event["tags"]["tenant_id"] == str(owner.tenant_id)
    for private in (*PRIVATE, str(owner.user_id), owner.token):
        assert private not in receiver.text, private
    assert not {"request", "user", "server_name", "modules", "breadcrumbs", "extra"} & set(event)
    assert "vars" not in json.dumps(raised)


async def test_what_is_logged_with_its_exception_is_reported_until_the_end(
    tracked: Settings, receiver: Receiver
) -> None:
    observation = observe(tracked)
    log = structlog.get_logger()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        log.exception("by exception()")
        log.error("by error()", exc_info=error, job="things.count")
        log.warning("no error", exc_info=error)
        logging.getLogger("a.library").exception("by a library")
    log.error("without an exception")
    await observation.close()
    log.error("after the end", exc_info=ZeroDivisionError())

    assert len(receiver.events) == 3
    assert receiver.events[1]["tags"] == {"job": "things.count"}


async def test_a_tracker_that_is_away_keeps_nobody_waiting(tracked: Settings) -> None:
    telemetry = tracked.telemetry.model_copy(
        update={"errors_dsn": SecretStr("http://key@127.0.0.1:1/1")}
    )
    observation = observe(tracked.model_copy(update={"telemetry": telemetry}))

    structlog.get_logger().error("broken", exc_info=ZeroDivisionError())

    await observation.close()
