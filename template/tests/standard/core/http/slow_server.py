"""The app with a slow route, served as `app serve` does: slow_server.py PORT."""

import asyncio
import sys
from typing import Any
from unittest import mock

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from app.cli._serve import serve
from app.core.permissions import public
from app.core.unit_of_work import CurrentWork
from app.main import create_app


def slow_app() -> FastAPI:
    app = create_app()
    begun: list[float] = []

    @app.get("/api/v1/begun")
    @public
    async def count_begun() -> int:
        """Return how many slow requests have arrived."""
        return len(begun)

    @app.get("/api/v1/slow")
    @public
    async def slow(work: CurrentWork, seconds: float = 1) -> str:
        begun.append(seconds)
        await asyncio.sleep(seconds)  # slow on purpose
        await work.session.execute(select(1))
        return "done"

    return app


def main(port: int) -> None:
    run = uvicorn.run

    def run_slow(_: str, **options: Any) -> None:
        run("tests.standard.core.http.slow_server:slow_app", **options)

    with mock.patch("uvicorn.run", run_slow):
        serve(port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]))
