"""Keeps the workers of `app serve --workers` running."""

import logging

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

PAUSE_SECONDS = 1
"""Before a worker is replaced, so that one that cannot run does not take the whole machine."""

log = logging.getLogger("uvicorn.error")


class Supervisor(Multiprocess):
    """uvicorn's, but a worker is dead when its process is.

    uvicorn's own asks each worker for an answer within five seconds. One that still imports on
    half a core has none, is killed, and so is its successor; and with more time than five seconds
    neither a signal nor a dead worker would be noticed meanwhile.
    """

    def keep_subprocess_alive(self) -> None:
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if worker.process.is_alive():
                continue
            if worker.exitcode == STARTUP_FAILURE:
                log.error("Worker [%s] could not start, so the server ends.", worker.pid)
                self.should_exit.set()
                return
            log.warning("Worker [%s] died (%s), and is replaced.", worker.pid, worker.exitcode)
            if self.should_exit.wait(PAUSE_SECONDS):
                return
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    @property
    def failed(self) -> bool:
        return any(worker.exitcode == STARTUP_FAILURE for worker in self.processes)
