"""A mix of requests at a steady rate, and the receiver of webhooks. Runs with the project's Python.

Reads lines of JSON from stdin: what rows.py printed, {"tokens": …}, {"endpoints": number}, {"count": SQL}, or an order
with `seconds`, `rate` and `mix`. Answers all but the first two with one line. A latency counts from the time at which
the request was due, so that a server that keeps a connection waiting is not spared the requests behind it.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from random import Random
from time import perf_counter
from typing import Any

import load
import psycopg

CONNECTIONS = 32
received: Counter[str] = Counter()


class Connection:
    """One connection to the server, opened again if it breaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Return the response's status and body. Raises OSError or IncompleteReadError."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            size = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            return int(head[9:12]), await self.reader.readexactly(size)
        except (OSError, EOFError):
            self.close()
            raise

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.writer = None


async def mixed(order: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Send requests of the mix's kinds, by their weights, at the rate, for the seconds."""
    random = Random(order["seed"])
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, dict[str, Any]] | None] = asyncio.Queue()
    latencies: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()

    async def send(connection: Connection) -> None:
        while (item := await waiting.get()) is not None:
            due, kind = item
            request = load._request(kind, data, random, random.randrange(10**6))
            request = request.replace(load.PLACE, b"%020d" % next(load.numbers))
            try:
                status, _ = await connection.ask(request)
            except (OSError, EOFError) as error:
                status = 0
                wrong[f"{kind['name']}: {type(error).__name__}"] += 1
            latencies[kind["name"]].append(perf_counter() - due)
            if status and status != kind["status"]:
                wrong[f"{kind['name']}: {status}"] += 1
        connection.close()

    sending = [loop.create_task(send(Connection(order["port"]))) for _ in range(CONNECTIONS)]
    kinds, weights = order["mix"], [kind["weight"] for kind in order["mix"]]
    started = due = perf_counter()
    while due - started < order["seconds"]:
        await asyncio.sleep(due - perf_counter())
        waiting.put_nowait((due, random.choices(kinds, weights)[0]))
        due += random.expovariate(order["rate"])
    for _ in sending:
        waiting.put_nowait(None)
    await asyncio.gather(*sending)
    return {"latencies": latencies, "wrong": wrong, "received": received.total()}


async def endpoints(order: dict[str, Any], data: dict[str, Any], port: int) -> dict[str, Any]:
    """Give some tenants an endpoint that gets all their events."""
    statuses, refused = [], None
    connection = Connection(order["port"])
    for tenant in range(order["endpoints"]):
        body = json.dumps({"url": f"https://127.0.0.1:{port}/{tenant}", "events": ["*"]}).encode()
        head = (
            "POST /api/v1/webhooks/endpoints HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {data['tokens'][tenant]}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        status, answer = await connection.ask(head.encode() + body)
        statuses.append(status)
        refused = answer.decode() if status != 201 else None
    connection.close()
    if refused:
        print(refused, file=sys.stderr)
    with psycopg.connect(data["superuser"]) as admin:  # the receiver has no certificate
        admin.execute("UPDATE webhook_endpoints SET url = replace(url, 'https:', 'http:')")
    return {"statuses": statuses}


async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer webhooks with 204, and count them."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            await reader.readexactly(int(sizes[0][15:]) if sizes else 0)
            received[head.split(b" ", 2)[1].decode()] += 1
            writer.write(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n")
    except (OSError, EOFError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    data = json.loads(await asyncio.to_thread(sys.stdin.readline))
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        if "tokens" in order:
            data["tokens"] = order["tokens"]
            continue
        if "count" in order:
            with psycopg.connect(data["superuser"]) as connection:
                print(json.dumps(connection.execute(order["count"]).fetchone()), flush=True)
            continue
        act = endpoints(order, data, port) if "endpoints" in order else mixed(order, data)
        print(json.dumps(await act), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
