"""The app with an enqueuing and publishing route, and a worker inside: observed_server.py PORT."""

import sys
from dataclasses import dataclass

import uvicorn
from fastapi import APIRouter
from sqlalchemy import select

from app.core.events import Event, subscribe
from app.core.jobs import job
from app.core.module import Module, find_modules
from app.core.permissions import permission
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.main import create_app

MINE = "members:read"
router = APIRouter(prefix="/greetings")


@dataclass(frozen=True)
class GreetingSent(Event):
    name = "greetings.sent"

    greeting: str


@job(name="greetings.count")
async def count_greetings(work: UnitOfWork) -> None:
    await work.session.execute(select(1))


@subscribe(GreetingSent, name="greetings.note")
async def note(work: UnitOfWork, event: GreetingSent) -> None:
    pass


@router.post("/{greeting}")
@permission(MINE)
async def send(greeting: str, work: CurrentWork) -> str:
    work.require(MINE)
    work.enqueue(count_greetings)
    work.publish(GreetingSent(greeting))
    return work.traceparent


GREETINGS = Module(
    name="greetings", routers=(router,), jobs=(count_greetings,), subscribers=(note,)
)


def main(port: int) -> None:
    observed = create_app(modules=(*find_modules(), GREETINGS))
    uvicorn.run(observed, port=port, loop="uvloop", http="httptools", reset_contextvars=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
