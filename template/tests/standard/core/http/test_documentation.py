"""/docs and /redoc: without another host, and with scripts of this app only."""

import re

import pytest
from httpx import AsyncClient

from app.core.runtime import Runtime

LINK = re.compile(r'(?:src|href|spec-url)="([^"]+)"')
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=")


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_needs_nothing_from_elsewhere(
    anonymous: AsyncClient, runtime: Runtime, page: str
) -> None:
    answer = await anonymous.get(page)

    links = LINK.findall(answer.text)
    assert runtime.settings.environment in answer.text
    assert len(links) > 2
    assert not INLINE.search(answer.text)
    for link in links:
        assert link.startswith("/"), link
        assert (await anonymous.get(link)).status_code == 200, link


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_has_a_strict_policy(anonymous: AsyncClient, page: str) -> None:
    policy = (await anonymous.get(page)).headers.get_list("content-security-policy")

    assert "default-src 'none'; script-src 'self'" in policy[0]
    assert "unsafe-eval" not in policy[0]


async def test_serves_these_files_only(anonymous: AsyncClient) -> None:
    assert "SwaggerUIBundle" in (await anonymous.get("/docs/start.js")).text
    assert (await anonymous.get("/docs/assets/core.py")).status_code == 404
