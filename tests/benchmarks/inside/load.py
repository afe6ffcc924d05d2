"""A load generator: sends requests over some connections for some seconds. Runs with the project's Python.

Reads orders from stdin, one JSON document per line, and answers each with {"count", "seconds", "wrong", "p50", "p99"},
latencies in milliseconds. It builds all requests before it sends the first.
"""

import asyncio
import gc
import json
import sys
from itertools import count, cycle
from random import Random
from time import perf_counter
from typing import Any

import uvloop

REQUESTS = 4000
PLACE = b"@" * 20
"""Replaced by a number of the same length, another one in each request."""
numbers = count()


class Client(asyncio.Protocol):
    """A connection that sends the next request when the response to the previous one is complete."""

    def __init__(self, requests: list[bytes], order: dict[str, Any], latencies: list[float]) -> None:
        self.requests = cycle(requests)
        self.expected = str(order["status"]).encode()
        self.delete = order["then_delete"]
        self.latencies = latencies
        self.wrong = 0
        self.stopping = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.asked = perf_counter()
        self.request = next(self.requests)
        self.deleting = False
        self.send(self.request)

    def send(self, request: bytes) -> None:
        self.buffer = b""
        self.transport.write(request.replace(PLACE, b"%020d" % next(numbers)) if PLACE in request else request)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not _is_complete(self.buffer):
            return
        is_right = self.buffer[9:12] == (b"204" if self.deleting else self.expected)
        self.wrong += not is_right
        if self.delete and is_right and not self.deleting:
            self.deleting = True
            return self.send(_deleting(self.request, self.buffer))
        self.latencies.append(perf_counter() - self.asked)
        if self.stopping:
            self.transport.close()
        else:
            self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        self.wrong += not self.stopping
        self.done.set_result(None)


def _deleting(request: bytes, answer: bytes) -> bytes:
    """Return the request that deletes the row that was just inserted."""
    line, _, rest = request.partition(b" HTTP/1.1")
    head = rest.partition(b"content-type")[0]
    row = json.loads(answer.partition(b"\r\n\r\n")[2])["id"].encode()
    return b"DELETE %s/%s HTTP/1.1%scontent-length: 0\r\n\r\n" % (line.split()[1], row, head)


def _is_complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    if answer[9:12] == b"204":
        return True
    lower = head.lower()
    at = lower.find(b"content-length:")
    return len(body) >= int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at > 0 else body.endswith(b"0\r\n\r\n")


async def ask(order: dict[str, Any], data: dict[str, Any]) -> dict[str, float]:
    requests = _requests(order, data)
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    share = len(requests) // order["connections"]
    started = perf_counter()
    clients = [
        (await loop.create_connection(_client(requests, share * n, order, latencies), "127.0.0.1", order["port"]))[1]
        for n in range(order["connections"])
    ]
    await asyncio.sleep(order["seconds"])
    for client in clients:
        client.stopping = True
    seconds = perf_counter() - started
    done = len(latencies)
    await asyncio.wait([client.done for client in clients], timeout=5)
    latencies.sort()
    return {
        "count": done,
        "seconds": seconds,
        "wrong": sum(client.wrong for client in clients),
        "p50": latencies[done // 2] * 1000,
        "p99": latencies[done * 99 // 100] * 1000,
    }


def _client(requests: list[bytes], start: int, order: dict[str, Any], latencies: list[float]) -> Any:
    """Start each connection at another place in the list."""
    return lambda: Client(requests[start:] + requests[:start], order, latencies)


def _requests(order: dict[str, Any], data: dict[str, Any]) -> list[bytes]:
    """Return requests of random tenants, or one of each."""
    random = Random(order["seed"])
    if order.get("each_tenant"):
        return [_request(order, data, random, tenant, tenant) for tenant in range(len(data["tokens"]))]
    return [_request(order, data, random, number) for number in range(REQUESTS)]


def _request(
    order: dict[str, Any], data: dict[str, Any], random: Random, number: int, tenant: int | None = None
) -> bytes:
    if tenant is None:
        tenant = random.randrange(order.get("tenants") or len(data["tokens"]))
    values = {
        "n": number,
        "id": random.choice(data["ids"][tenant]),
        "client": data["clients"][tenant],
        "unique": PLACE.decode(),
        **{name: data[name][tenant] for name in ("deep", "sorted", "deep_sorted")},
    }
    body = _body(order["body"], values) if order["body"] else b""
    condition = "if-match: *\r\n" if order["if_match"] else ""
    head = (
        f"{order['method']} {order['path'].format(**values)} HTTP/1.1\r\nhost: 127.0.0.1\r\n{condition}"
        f"authorization: Bearer {data['tokens'][tenant]}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _body(body: dict[str, Any], values: dict[str, Any]) -> bytes:
    filled = {name: value.format(**values) if isinstance(value, str) else value for name, value in body.items()}
    return json.dumps(filled).encode()


def main() -> None:
    data = json.loads(sys.stdin.readline())
    gc.disable()
    for line in sys.stdin:
        order = json.loads(line)
        if "tokens" in order:
            data["tokens"] = order["tokens"]
            continue
        print(json.dumps(uvloop.run(ask(order, data))), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
