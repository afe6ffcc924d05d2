"""Follow the links of all pages, and ask for the other tenant's rows at addresses of own ones."""

import re
from uuid import UUID

import pytest
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient, Response

from .oracles import target_of
from .route_call import open_client
from .routes import API
from .two_tenants import FOREIGN, OWN, TwoTenants, tenants_models

LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HTML = "text/html"
MOST = 400
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.slow
class TestPages:
    async def test_tell_and_change_nothing_of_another_tenant(self, two_tenants: TwoTenants) -> None:
        own, target = await two_tenants.newcomer(), await target_of(two_tenants)
        tables = [model.__table__ for model in tenants_models()]
        rows = {table: await two_tenants.row_of(table, own, OWN) for table in tables}
        foreign = {
            rows[table]["id"]: each for table, each in zip(tables, target.ids, strict=False)
        } | {own.user_id: two_tenants.foreign.user_id}
        before = await two_tenants.everything_of(two_tenants.foreign.tenant_id)

        async with open_client(two_tenants, own) as client:
            client.headers.update(SAME_ORIGIN)
            seen = await crawl(client, starts(two_tenants))
            tried = [(url, other) for url in seen if (other := swapped(url, foreign)) != url]
            answers = [
                await client.request(method, other)
                for _, other in tried
                for method in ("GET", "POST")
            ]

        findings = [url for url, answer in seen.items() if target.is_revealed_by(answer)]
        findings += [f"{each.request.method} {each.url}" for each in answers if is_leak(each)]
        assert not findings, "\n".join(findings)
        assert await two_tenants.everything_of(two_tenants.foreign.tenant_id) == before
        assert len(seen) > 3


def starts(two_tenants: TwoTenants) -> list[str]:
    """Return the pages whose address has no variable."""
    return [
        path
        for context in iter_route_contexts(two_tenants.app.routes)
        if not (path := str(context.path_format or context.path)).startswith(API)
        and "{" not in path
        and "GET" in (context.methods or ())
    ]


async def crawl(client: AsyncClient, paths: list[str]) -> dict[str, Response]:
    """Return the pages that links lead to, by address."""
    seen: dict[str, Response] = {}
    waiting = list(paths)
    while waiting and len(seen) < MOST:
        url = waiting.pop(0)
        if url in seen or url.startswith(API):
            continue
        answer = await client.get(url)
        if answer.headers.get("content-type", "").startswith(HTML):
            seen[url] = answer
            waiting += [each.replace("&amp;", "&") for each in LINK.findall(answer.text)]
    return seen


def swapped(url: str, foreign: dict[UUID, UUID]) -> str:
    """Return the address with the other tenant's ids in place of own ones."""
    return ID.sub(lambda found: str(foreign.get(UUID(found[0]), found[0])), url)


def is_leak(answer: Response) -> bool:
    """True if the page shows something, or if it accepted a form."""
    accepted = answer.request.method == "POST" and answer.status_code < 400
    return accepted or FOREIGN in answer.text
