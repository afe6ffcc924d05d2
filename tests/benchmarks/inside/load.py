"""A load generator: sends requests over some connections for some seconds. Runs with the project's Python.

Reads orders from stdin, one JSON document per line, and answers each with {"count", "seconds", "wrong", "p50", "p99"},
latencies in milliseconds. It builds all requests before it sends the first.
"""

import asyncio
import gc
import json
import sys
from itertools import cycle
from random import Random
from time import perf_counter
from typing import Any

import uvloop

REQUESTS = 4000


class Client(asyncio.Protocol):
    """A connection that sends the next request when the response to the previous one is complete."""

    def __init__(self, requests: list[bytes], expected: bytes, latencies: list[float]) -> None:
        self.requests = cycle(requests)
        self.expected = expected
        self.latencies = latencies
        self.wrong = 0
        self.stopping = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.buffer = b""
        self.asked = perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not _is_complete(self.buffer):
            return
        self.latencies.append(perf_counter() - self.asked)
        self.wrong += self.buffer[9:12] != self.expected
        if self.stopping:
            self.transport.close()
        else:
            self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        self.wrong += not self.stopping
        self.done.set_result(None)


def _is_complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
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
    count = len(latencies)
    await asyncio.wait([client.done for client in clients], timeout=5)
    latencies.sort()
    return {
        "count": count,
        "seconds": seconds,
        "wrong": sum(client.wrong for client in clients),
        "p50": latencies[count // 2] * 1000,
        "p99": latencies[count * 99 // 100] * 1000,
    }


def _client(requests: list[bytes], start: int, order: dict[str, Any], latencies: list[float]) -> Any:
    """Start each connection at another place in the list."""
    return lambda: Client(requests[start:] + requests[:start], str(order["status"]).encode(), latencies)


def _requests(order: dict[str, Any], data: dict[str, Any]) -> list[bytes]:
    random = Random(order["seed"])
    return [_request(order, data, random, number) for number in range(REQUESTS)]


def _request(order: dict[str, Any], data: dict[str, Any], random: Random, number: int) -> bytes:
    tenant = random.randrange(order.get("tenants") or len(data["tokens"]))
    path = order["path"].format(id=random.choice(data["ids"][tenant]), deep=data["deep"][tenant])
    body = json.dumps({"name": order["name"].format(number)}).encode() if order["method"] != "GET" else b""
    head = (
        f"{order['method']} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {data['tokens'][tenant]}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


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
