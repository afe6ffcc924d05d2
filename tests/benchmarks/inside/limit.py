"""The limit: what Python and PostgreSQL can do without a framework. Runs with the project's Python.

Bare ASGI and asyncpg: it verifies the token, runs one statement, and orjson writes the response. With ROW_SECURITY the
statement runs between BEGIN with set_config and COMMIT, under the policies of the project's own table.
"""

import gc
import hmac
import os
from base64 import urlsafe_b64decode
from time import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

SECRET = os.environ["APP_SECRET_KEY"].encode()
URL = os.environ["APP_DATABASE_URL"].replace("+asyncpg", "")
ROW_SECURITY = os.environ.get("ROW_SECURITY") == "1"
TABLE = os.environ["BENCH_TABLE"]

COLUMNS = "id, name, created_at, updated_at"
GET = f"SELECT {COLUMNS} FROM {TABLE} WHERE tenant_id = $1 AND id = $2"
LIST = f"SELECT {COLUMNS} FROM {TABLE} WHERE tenant_id = $1 ORDER BY id DESC LIMIT 51"
POST = (
    f"INSERT INTO {TABLE} (tenant_id, id, name, created_at, updated_at)"
    f" VALUES ($1, $2, $3, now(), now()) RETURNING {COLUMNS}"
)
PATCH = f"UPDATE {TABLE} SET name = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING {COLUMNS}"

pool: Any = None


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    tenant = _tenant(scope)
    status, body = (401, b"{}") if tenant is None else await _answer(scope, receive, tenant)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Any, receive: Any, tenant: UUID) -> tuple[int, bytes]:
    method, row = scope["method"], scope["path"].rpartition("/")[2]
    if method == "POST":
        name = await _name(receive)
        if not 1 <= len(name) <= 120:
            return 422, b'{"title":"Validation Error"}'
        return 201, _json(dict((await _run(POST, tenant, uuid4(), name))[0]))
    if method == "PATCH":
        rows = await _run(PATCH, tenant, UUID(row), await _name(receive))
        return (200, _json(dict(rows[0]))) if rows else (404, b"{}")
    if len(row) != 36:
        rows = await _run(LIST, tenant)
        return 200, _json({"items": [dict(row) for row in rows[:50]], "next": len(rows) > 50})
    rows = await _run(GET, tenant, UUID(row))
    return (200, _json(dict(rows[0]))) if rows else (404, b"{}")


async def _run(statement: str, tenant: UUID, *values: object) -> list[Any]:
    async with pool.acquire() as connection:
        if not ROW_SECURITY:
            return await connection.fetch(statement, tenant, *values)  # type: ignore[no-any-return]  # no types
        await connection.execute(f"BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)")
        rows = await connection.fetch(statement, tenant, *values)
        await connection.execute("COMMIT")
        return rows  # type: ignore[no-any-return]  # as above


def _json(answer: object) -> bytes:
    return orjson.dumps(answer, default=str)  # for asyncpg's UUID class


async def _name(receive: Any) -> str:
    return str(orjson.loads((await receive())["body"])["name"])


def _tenant(scope: Any) -> UUID | None:
    token = next((value[7:] for name, value in scope["headers"] if name == b"authorization"), b"")
    signed, _, signature = token.rpartition(b".")
    if not hmac.compare_digest(hmac.digest(SECRET, signed, "sha256"), _decode(signature)):
        return None
    claims = orjson.loads(_decode(signed.partition(b".")[2]))
    return UUID(claims["tid"]) if claims["exp"] > time() else None


def _decode(part: bytes) -> bytes:
    return urlsafe_b64decode(part + b"=" * (-len(part) % 4))


async def _lifespan(receive: Any, send: Any) -> None:
    global pool
    await receive()
    pool = await asyncpg.create_pool(URL, min_size=16, max_size=16, reset=_no_reset)
    gc.collect()
    gc.freeze()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _no_reset(_: Any) -> None:
    """Skip the reset of connections, because no statement here changes their state."""
