"""JSON, queries and forms contain storable values only, on a route that accepts anything."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
import pytest_asyncio
from fastapi import Body, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from starlette.middleware import Middleware

from app.core.http.middleware import ValuesMiddleware
from app.core.http.middleware.trace import TraceMiddleware
from app.core.http.problems import install_error_handlers
from app.kit.json_values import DEEPEST, MOST

JSON = {"content-type": "application/json"}

CONTROL = (
    b"\\b",
    b"\\f",
    *(b"\\u%04x" % code for code in (*range(1, 9), 11, 12, *range(14, 32), *range(127, 160))),
)
"""All control characters but tabs and line breaks, as JSON writes them."""


@pytest_asyncio.fixture
async def taker() -> AsyncIterator[AsyncClient]:
    app = FastAPI(middleware=[Middleware(TraceMiddleware), Middleware(ValuesMiddleware)])
    install_error_handlers(app, "")

    @app.post("/any")
    async def take(body: Annotated[Any, Body()] = None) -> Any:
        return body

    @app.post("/form")
    async def take_form(request: Request) -> dict[str, Any]:
        return dict(await request.form())

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"[]" + b"}" * (depth - 1)


class TestJson:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            (b'{"a": "\\ud800"}', "/body/a"),
            (b'{"a": "x\\udfff\\ud800"}', "/body/a"),
            (b'{"a": ["\xed\xa0\x80"]}', "/body/a/0"),
            (b'{"a": "\\u0000"}', "/body/a"),
            (b'{"a": {"\\u0000": 1}}', "/body/a"),
            (b'{"a": {"\\u001b": 1}}', "/body/a"),
            (b'{"a": ["x\x7f"]}', "/body/a/0"),
            ('{"a": "\u009b31m"}'.encode(), "/body/a"),
            *((b'{"a": "%s"}' % written, "/body/a") for written in CONTROL),
            (b'{"a": {"\\uD800": 1}}', "/body/a"),
            (b'{"a": NaN}', "/body/a"),
            (b'{"a": [1, -Infinity]}', "/body/a/1"),
            (b'{"a/b": 1e400}', "/body/a~1b"),
            (b'{"a":-1E+999}', "/body/a"),
            (b"[1e400]", "/body/0"),
            (b"1e400", "/body"),
            (b"NaN", "/body"),
            (b'{"a": 1' + b"0" * 400 + b"}", "/body/a"),
            (b'{"a": 1' + b"0" * 250 + b"e99}", "/body/a"),
            (nested(DEEPEST + 1), "/body"),
            (nested(300), "/body"),
            (b"[" * 100_000, "/body"),
            (b"[" + b"0," * MOST + b"0]", "/body"),
            (b'["' + b'","' * MOST + b'"]', "/body"),
        ],
    )
    async def test_that_nothing_can_store_is_refused_where_it_is(
        self, taker: AsyncClient, body: bytes, pointer: str
    ) -> None:
        answer = await taker.post("/any", content=body, headers=JSON)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    @pytest.mark.parametrize(
        "body",
        [
            b'{"a": "\\ud83d\\ude00", "b": "\\\\u0000", "c": "NaN and -Infinity"}',
            '{"a": "한국어", "b": "2e45", "c": 1e300, "d": 12345678901234567890123}'.encode(),
            b'{"a": 0.' + b"1" * 400 + b"}",
            b'{"a": "' + b"[{" * 100_000 + b'"}',
            b'{"a": "\\"' + b"," * 100_000 + b'"}',
            nested(DEEPEST),
            b"[" + b"0," * (MOST - 3) + b"0]",
            b"\xef\xbb\xbf[1]",
            b'{"a": "x\\ty\\r\\nz", "b": "\\\\b\\\\u001b", "c": "\\u00a0"}',
            '{"a": "\u00a0 \u202e \u2028", "b\\t": 1}'.encode(),
        ],
    )
    async def test_that_only_looks_like_it_is_taken(self, taker: AsyncClient, body: bytes) -> None:
        answer = await taker.post("/any", content=body, headers=JSON)

        assert answer.status_code == 200
        assert answer.json() == json.loads(body)

    @pytest.mark.parametrize(
        "body", [b"{", b'{"a": "\\ud8', b"[" * 10, '{"a": 1}'.encode("utf-16")]
    )
    async def test_that_is_broken_is_a_bad_request(self, taker: AsyncClient, body: bytes) -> None:
        answer = await taker.post("/any", content=body, headers=JSON)

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


class TestAQuery:
    @pytest.mark.parametrize("query", ["a=%00", "b=1&a=x%00y", "b=%2500&a=%00"])
    async def test_with_nul_is_refused_by_name(self, taker: AsyncClient, query: str) -> None:
        answer = await taker.post(f"/any?{query}")

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/query/a"]


class TestAForm:
    @pytest.mark.parametrize(
        "kind",
        [
            "multipart/form-data; charset=punycode; boundary=X",
            'multipart/form-data; boundary=X; charset="punycode"',
            "multipart/form-data; Charset=idna;boundary=X",
            "application/x-www-form-urlencoded; charset=utf-16",
        ],
    )
    async def test_is_utf_8(self, taker: AsyncClient, kind: str) -> None:
        body = b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--X--\r\n'

        answer = await taker.post("/form", content=body, headers={"content-type": kind})

        assert answer.status_code == 415

    @pytest.mark.parametrize("charset", ["", "; charset=UTF-8", '; charset="utf-8"'])
    async def test_may_say_so(self, taker: AsyncClient, charset: str) -> None:
        kind = f"application/x-www-form-urlencoded{charset}"

        answer = await taker.post("/form", content=b"a=b", headers={"content-type": kind})

        assert answer.json() == {"a": "b"}
