"""The message of `make dev`: the addresses, and the seeded users."""

import asyncio
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app import seeds
from app.bootstrap import open_database, open_runtime
from app.config import Settings
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.unit_of_work import open_unit
from app.modules.users import SuperuserService

GIVES_UP_AFTER = 600
JOBS_SECONDS = 30
"""The longest wait for jobs that `app seed` has enqueued: their lines would follow the message."""
WORK_LEFT = sql("""
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())
    )
""")


def welcome(settings: Settings, host: str, port: int) -> None:
    """Print it as soon as the server answers and no job is left, in a daemon thread."""
    text = "\n".join(["", *_lines(settings, f"http://{host}:{port}"), ""])
    threading.Thread(target=_print_when_up, args=(settings, host, port, text), daemon=True).start()


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


def _print_when_up(settings: Settings, host: str, port: int, text: str) -> None:
    deadline = time.monotonic() + GIVES_UP_AFTER
    while not _answers(host, port) and time.monotonic() < deadline:
        time.sleep(0.2)
    asyncio.run(wait_for_jobs(settings))
    print(text, flush=True)


async def wait_for_jobs(settings: Settings) -> None:
    database = open_database(settings)
    try:
        with suppress(TimeoutError, SQLAlchemyError, OSError):
            async with asyncio.timeout(JOBS_SECONDS):
                while await _has_jobs(database.rw):  # noqa: ASYNC110 - another process ends the jobs
                    await asyncio.sleep(0.2)
    finally:
        await database.close()


async def _has_jobs(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return bool(await connection.scalar(WORK_LEFT))


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
