"""An app on a port, and the Chromium of this machine, without which tests that import it skip."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
expect = playwright.expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium"
)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve the app in this process, on a free port, and yield its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    # A function: uvicorn would call anything else once, to see whether it returns an app.
    config = uvicorn.Config(
        partial(_serve, app), interface="asgi3", lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]  # pytest's own
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://localhost:{port}"
    server.should_exit = True
    await serving


async def _serve(app: FastAPI, scope: Any, receive: Any, send: Any) -> None:
    await app(scope, receive, send)


@asynccontextmanager
async def launched() -> AsyncIterator[Any]:
    """Yield a browser of playwright's."""
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


def is_bad(said: Any) -> bool:
    """True for what a policy blocked and a script could not do; refusals have a status only."""
    return said.type == "error" and "the server responded with a status" not in said.text
