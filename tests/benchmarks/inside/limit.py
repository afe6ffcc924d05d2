"""The limit: what Python and PostgreSQL can do without a framework. Runs with the project's Python.

Bare ASGI and asyncpg: it verifies the token, runs one statement, and orjson writes the response. With ROW_SECURITY the
statement runs between BEGIN with set_config and COMMIT, under the policies of the project's own table.
"""

import gc
import hmac
import os
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import time
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import asyncpg
import orjson

SECRET = os.environ["APP_SECRET_KEY"].encode()
URL = os.environ["APP_DATABASE_URL"].replace("+asyncpg", "")
ROW_SECURITY = os.environ.get("ROW_SECURITY") == "1"

pool: Any = None


class Table:
    """A table's columns, each with what makes a column's value of a JSON value."""

    def __init__(self, name: str, columns: dict[str, Callable[[Any], Any]]) -> None:
        self.name, self.columns = name, columns
        self.returned = ", ".join(["id", *columns, "created_at", "updated_at"])
        self.selected = f"SELECT {self.returned} FROM {name} WHERE tenant_id = $1"
        places = ", ".join(f"${number}" for number in range(3, len(columns) + 3))
        self.inserted = (
            f"INSERT INTO {name} (tenant_id, id, {', '.join(columns)}, created_at, updated_at)"
            f" VALUES ($1, $2, {places}, now(), now()) RETURNING {self.returned}"
        )

    def insert(self, body: dict[str, Any]) -> tuple[str, list[Any]]:
        return self.inserted, [uuid4(), *(made(body[name]) for name, made in self.columns.items())]

    def update(self, row: UUID, body: dict[str, Any]) -> tuple[str, list[Any]]:
        changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(body, 3))
        statement = (
            f"UPDATE {self.name} SET {changes}, updated_at = now() WHERE tenant_id = $1 AND id = $2"
            f" RETURNING {self.returned}"
        )
        return statement, [row, *(self.columns[name](value) for name, value in body.items())]

    def list(self, query: dict[str, str]) -> tuple[str, list[Any]]:
        statement, values = self.selected, []
        if "status" in query:
            values.append(query["status"])
            statement += " AND status = $2"
        if "cursor" in query:
            _, day, row = orjson.loads(_decode(query["cursor"].encode()))
            values += [date.fromisoformat(day), UUID(row)]
            statement += f" AND (issued_on, id) < (${len(values)}, ${len(values) + 1})"
        order = "issued_on DESC, id DESC" if "sort" in query else "id DESC"
        return f"{statement} ORDER BY {order} LIMIT 51", values


def same(value: Any) -> Any:
    return value


TABLES = {
    "projects": Table("projects", {"name": same}),
    "invoices": Table(
        "invoices",
        {
            "number": same,
            "client_id": UUID,
            "title": same,
            "status": same,
            "total": Decimal,
            "issued_on": date.fromisoformat,
            "notes": same,
            "urgent": same,
        },
    ),
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    tenant = _tenant(scope)
    status, body = (401, b"{}") if tenant is None else await _answer(scope, receive, tenant)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Any, receive: Any, tenant: UUID) -> tuple[int, bytes]:
    method = scope["method"]
    name, _, row = scope["path"].removeprefix("/api/v1/").partition("/")
    table = TABLES[name]
    if method == "POST":
        body = await _body(receive)
        if not 1 <= len(body.get("name", body.get("number", ""))) <= 120:
            return 422, b'{"title":"Validation Error"}'
        return 201, _json(dict((await _run(tenant, *table.insert(body)))[0]))
    if method == "PATCH":
        rows = await _run(tenant, *table.update(UUID(row), await _body(receive)))
        return (200, _json(dict(rows[0]))) if rows else (404, b"{}")
    if method == "DELETE":
        statement = f"DELETE FROM {name} WHERE tenant_id = $1 AND id = $2 RETURNING id"
        return (204, b"") if await _run(tenant, statement, [UUID(row)]) else (404, b"{}")
    if not row:
        query = dict(parse_qsl(scope["query_string"].decode()))
        rows = await _run(tenant, *table.list(query))
        return 200, _json({"items": [dict(row) for row in rows[:50]], "next": len(rows) > 50})
    rows = await _run(tenant, f"{table.selected} AND id = $2", [UUID(row)])
    return (200, _json(dict(rows[0]))) if rows else (404, b"{}")


async def _run(tenant: UUID, statement: str, values: list[Any]) -> list[Any]:
    async with pool.acquire() as connection:
        if not ROW_SECURITY:
            return await connection.fetch(statement, tenant, *values)  # type: ignore[no-any-return]  # no types
        await connection.execute(f"BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)")
        rows = await connection.fetch(statement, tenant, *values)
        await connection.execute("COMMIT")
        return rows  # type: ignore[no-any-return]  # as above


def _json(answer: object) -> bytes:
    return orjson.dumps(answer, default=str)  # for Decimal and asyncpg's UUID class


async def _body(receive: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads((await receive())["body"])
    return body


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
