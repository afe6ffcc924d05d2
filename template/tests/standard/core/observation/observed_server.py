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
router = APIRouter(prefix="/letters")


@dataclass(frozen=True)
class LetterSent(Event):
    name = "letters.sent"

    letter: str


@job(name="letters.count")
async def count_letters(work: UnitOfWork) -> None:
    await work.session.execute(select(1))


@subscribe(LetterSent, name="letters.note")
async def note(work: UnitOfWork, event: LetterSent) -> None:
    pass


@router.post("/{letter}")
@permission(MINE)
async def send(letter: str, work: CurrentWork) -> str:
    work.require(MINE)
    work.enqueue(count_letters)
    work.publish(LetterSent(letter))
    return work.traceparent


LETTERS = Module(name="letters", routers=(router,), jobs=(count_letters,), subscribers=(note,))


def main(port: int) -> None:
    observed = create_app(modules=(*find_modules(), LETTERS))
    uvicorn.run(observed, port=port, loop="uvloop", http="httptools", reset_contextvars=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
