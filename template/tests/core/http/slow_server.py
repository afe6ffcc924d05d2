"""The app with a slow route, served as `app serve` does it: slow_server.py PORT"""

import asyncio
import sys
from unittest import mock

from fastapi import FastAPI

import app.main
from app.cli import _serve
from app.core.permissions import public
from app.core.unit_of_work import CurrentWork
from sqlalchemy import select


def slow_app() -> FastAPI:
    made = app.main.create_app()

    @made.get("/api/v1/slow")
    @public
    async def slow(work: CurrentWork) -> str:
        await asyncio.sleep(1)
        await work.session.execute(select(1))
        return "done"

    return made


if __name__ == "__main__":
    run = _serve.uvicorn.run
    with mock.patch.object(
        _serve.uvicorn,
        "run",
        lambda _, **options: run("tests.core.http.slow_server:slow_app", **options),
    ):
        _serve.serve(port=int(sys.argv[1]))
