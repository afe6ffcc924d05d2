"""All jobs that this process knows, by name."""

from collections.abc import Iterable, Iterator

from .errors import UnknownJob
from .job import Job


class JobRegistry:
    """Raises ValueError when two jobs share a name."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs: dict[str, Job] = {}
        for job in jobs:
            if job.name in self._jobs:
                raise ValueError(f"two jobs are called {job.name}; give one of them a name")
            self._jobs[job.name] = job

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def check(self, job: Job) -> None:
        """Raises UnknownJob."""
        if job.name not in self._jobs:
            raise UnknownJob(f"no module lists the job {job.name} in its module.py")
