"""Keeps the workers of `app serve --workers` running."""

import logging
from socket import socket
from time import monotonic

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

PROVEN_SECONDS = 60
PAUSE_SECONDS = 1
"""The pause before a worker is replaced: one that always dies must not use up the machine."""

log = logging.getLogger("uvicorn.error")


class Supervisor(Multiprocess):
    """uvicorn's supervisor, but a worker counts as dead only when its process has ended.

    uvicorn asks each worker for an answer within five seconds. A worker that is still importing on
    half a core cannot answer and is killed, and so is its successor. A longer timeout is no
    solution: meanwhile neither a signal nor a dead worker would be noticed.
    """

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self.failed = False
        self._since: dict[Process, float] = {}

    def keep_subprocess_alive(self) -> None:
        for place, worker in enumerate(self.processes):
            self._since.setdefault(worker, monotonic())
            if self.should_exit.is_set():
                return
            if not worker.process.is_alive():
                self._replace(place, worker)

    def _replace(self, place: int, worker: Process) -> None:
        del self._since[worker]
        if worker.exitcode == STARTUP_FAILURE and not self._serves():
            log.error("Worker [%s] could not start, so the server ends.", worker.pid)
            self.failed = True
            self.should_exit.set()
            return
        log.warning("Worker [%s] died (%s), and is replaced.", worker.pid, worker.exitcode)
        if not self.should_exit.wait(PAUSE_SECONDS):
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def _serves(self) -> bool:
        """True if another worker has run for long: then the failure is probably temporary."""
        proven = monotonic() - PROVEN_SECONDS
        return any(
            each.process.is_alive() and began < proven for each, began in self._since.items()
        )
