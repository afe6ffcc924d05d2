"""The jobs that this process knows, by name."""

from collections.abc import Iterable, Iterator, Mapping

from .errors import UnknownJob
from .job import Job


class JobRegistry:
    """All jobs, and the `slots` of queues that have their own in each worker.

    Raises ValueError when two jobs share a name.
    """

    def __init__(self, jobs: Iterable[Job] = (), *, slots: Mapping[str, int] | None = None) -> None:
        self.slots = slots or {}
        self._jobs: dict[str, Job] = {}
        for job in jobs:
            if job.name in self._jobs:
                raise ValueError(f"two jobs are called {job.name}; give one of them a name")
            self._jobs[job.name] = job

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def find(self, name: str) -> Job | None:
        return self._jobs.get(name)

    def check(self, job: Job) -> None:
        """Raises UnknownJob."""
        if job.name not in self._jobs:
            raise UnknownJob(f"no module lists the job {job.name} in its module.py")
