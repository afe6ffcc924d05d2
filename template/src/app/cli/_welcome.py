"""The message of `make dev`: the addresses, and the seeded users."""

import asyncio
import threading
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from app import seeds
from app.bootstrap import open_runtime
from app.config import Settings
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.unit_of_work import open_unit
from app.modules.users import SuperuserService

GIVES_UP_AFTER = 600
JOBS_SECONDS = 3
"""Time for the jobs that `app seed` has enqueued, whose log lines would follow the message."""


def welcome(settings: Settings, host: str, port: int) -> None:
    """Print it as soon as the server answers, in a daemon thread."""
    text = "\n".join(["", *_lines(settings, f"http://{host}:{port}"), ""])
    threading.Thread(target=_print_when_up, args=(host, port, text), daemon=True).start()


def _lines(settings: Settings, url: str) -> list[str]:
    pages = [f"{url}/docs"]
    if any(module.name == "console" for module in find_modules()):
        pages.insert(0, f"{url}/console")
    lines = [f"  {settings.name} is up: {' and '.join(pages)}"]
    if people := asyncio.run(_seeded(settings)):
        lines += [f"  Log in as  {' or '.join(people)}", f"  Password   {seeds.PASSWORD}"]
    return [*lines, "  Ctrl-C ends it; a change in src starts it again."]


async def _seeded(settings: Settings) -> list[str]:
    """Return the seeded users that exist. seeds.py is the client's, and may have none."""
    emails = [tenant.email for tenant in getattr(seeds, "TENANTS", ())]
    runtime = open_runtime(settings, find_modules())
    try:
        async with open_unit(runtime, Actor.operator(), None) as work:
            return await SuperuserService(work).known(emails)
    finally:
        await runtime.close()


def _print_when_up(host: str, port: int, text: str) -> None:
    deadline = time.monotonic() + GIVES_UP_AFTER
    while not _answers(host, port) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(JOBS_SECONDS)
    print(text, flush=True)


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
