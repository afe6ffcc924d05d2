"""Slots: the concurrent runs of a worker, per queue, tenant and resource."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procrastinate.jobs import Job as QueuedJob


@dataclass(frozen=True, kw_only=True)
class Slots:
    """`own` are slots of single queues, `common` of all others; `queues` limits what is served.

    A tenant or resource gets at most all slots of a queue but one, so that others never wait for
    it.
    """

    common: int
    own: Mapping[str, int] = field(default_factory=dict)
    queues: tuple[str, ...] | None = None

    @property
    def total(self) -> int:
        return sum(self._size(pool) for pool in self._pools())

    def left(self, running: Iterable[QueuedJob]) -> dict[str, Any]:
        """Return the parameters of the query for the next job, given the running jobs."""
        pools, shares, resources = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
        for job in running:
            pool = self._pool_of(job.queue)
            pools[pool] += 1
            shares[f"{pool} {job.task_kwargs.get('tenant_id') or ''}"] += 1
            if resource := job.task_kwargs.get("resource"):
                resources[pool, str(resource)] += 1
        return {
            "queues": list(self.queues) if self.queues else None,
            "own": list(self.own),
            "full_pools": [pool for pool, count in pools.items() if count >= self._size(pool)],
            "shares": dict(shares),
            "full_shares": [
                share for share, count in shares.items() if self._is_full(share, count)
            ],
            "full_resources": [
                resource
                for (pool, resource), count in resources.items()
                if count >= self._most(pool)
            ],
        }

    def _pools(self) -> set[str]:
        """Return the pools: a queue's own is named after it, the common one is ''."""
        return {"", *self.own} if self.queues is None else {*map(self._pool_of, self.queues)}

    def _pool_of(self, queue: str) -> str:
        return queue if queue in self.own else ""

    def _size(self, pool: str) -> int:
        return self.own.get(pool, self.common)

    def _most(self, pool: str) -> int:
        """Return the most slots that one tenant or resource gets."""
        return max(1, self._size(pool) - 1)

    def _is_full(self, share: str, count: int) -> bool:
        pool, _, tenant = share.rpartition(" ")
        return bool(tenant) and count >= self._most(pool)
