"""People who log in, refresh, upload and download. Runs with the project's Python.

Reads {"port", "password", "token", "seconds"} from stdin, one document a line, and answers each with requests per
second of log-in and refresh, with eight people at once, and the seconds of an upload and a download of 20 MB.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

import httpx
import psycopg
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

TABLE = """
    CREATE TABLE bench_refresh (
        id uuid PRIMARY KEY, user_id uuid NOT NULL, secret_hash varchar NOT NULL UNIQUE, used_at timestamptz
    );
    GRANT SELECT, INSERT, UPDATE ON bench_refresh TO PUBLIC
"""
AT_ONCE, FILES, FILE = 8, 5, b"A line of a text that somebody uploads.\n" * (20 * 1024 * 1024 // 40)


def prepare(password: str) -> None:
    """Give everybody the password, in both databases, and direct.py its table."""
    hashed = PasswordHash((Argon2Hasher(),)).hash(password)
    for name in ("bench", "plain"):
        conninfo = os.environ["BENCH_SUPERUSER"].replace("dbname=bench", f"dbname={name}")
        with psycopg.connect(conninfo) as connection:
            connection.execute("UPDATE users SET password_hash = %s", [hashed])
            if name == "plain":
                connection.execute(TABLE)


async def measured(order: dict[str, Any]) -> dict[str, float]:
    options: dict[str, Any] = {"base_url": f"http://127.0.0.1:{order['port']}/api/v1", "timeout": 60}
    async with httpx.AsyncClient(**options) as client:
        people = [Person(client, number, order["password"]) for number in range(AT_ONCE)]
        login = await _rate([person.log_in for person in people], order["seconds"])
        refresh = await _rate([person.refresh for person in people], order["seconds"])
        client.headers["authorization"] = f"Bearer {order['token']}"
        up, down = zip(*[await _file(client) for _ in range(FILES)], strict=True)
    return {"log-in": login, "refresh": refresh, "upload": median(up), "download": median(down)}


class Person:
    def __init__(self, client: httpx.AsyncClient, number: int, password: str) -> None:
        self.client = client
        self.form = {"username": f"{number}@example.com", "password": password, "grant_type": "password"}
        self.token = ""

    async def log_in(self) -> None:
        self._note(await self.client.post("/auth/token", data=self.form))

    async def refresh(self) -> None:
        self._note(await self.client.post("/auth/refresh", json={"refresh_token": self.token}))

    def _note(self, answer: httpx.Response) -> None:
        self.token = _right(answer).json()["refresh_token"]


async def _rate(acts: list[Callable[[], Awaitable[None]]], seconds: float) -> float:
    """Return how often per second the acts were done, each one after the other."""
    done, started = 0, perf_counter()

    async def repeat(act: Callable[[], Awaitable[None]]) -> None:
        nonlocal done
        while perf_counter() - started < seconds:
            await act()
            done += 1

    await asyncio.gather(*map(repeat, acts))
    return done / (perf_counter() - started)


async def _file(client: httpx.AsyncClient) -> tuple[float, float]:
    """Return the seconds of an upload and of the download of the same file."""
    started = perf_counter()
    sent = await client.post("/files?name=bench.txt", content=FILE, headers={"content-type": "text/plain"})
    file_id = _right(sent).json()["id"]
    uploaded = perf_counter()
    got = _right(await client.get(f"/files/{file_id}/content"))
    downloaded = perf_counter()
    if len(got.content) != len(FILE):
        raise ValueError(f"{len(got.content)} bytes of {len(FILE)} came back")
    return uploaded - started, downloaded - uploaded


def _right(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise ValueError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
    return answer


if __name__ == "__main__":
    if sys.argv[1:2] == ["prepare"]:
        prepare(sys.argv[2])
        sys.exit()
    for line in sys.stdin:
        print(json.dumps(asyncio.run(measured(json.loads(line)))), flush=True)
