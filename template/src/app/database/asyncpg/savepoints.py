"""The savepoints of a transaction: before each write, and each block that is undone as one."""

from collections.abc import Iterator
from contextlib import contextmanager

WRITE = "before_write"


def savepoint(name: str) -> str:
    return f"SAVEPOINT {name}"


def release(name: str) -> str:
    return f"RELEASE SAVEPOINT {name}"


def roll_back(name: str) -> str:
    return f"ROLLBACK TO SAVEPOINT {name}"


class Savepoints:
    """The savepoints, set or still to be set: sent ahead of a statement, in its round trip."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        """The blocks whose savepoint was sent."""
        self._waiting: list[str] = []
        """The blocks that have sent nothing yet, outermost first."""
        self._depth = 0
        self._unneeded: str | None = None
        """The outermost savepoint that nobody needs any more; the next one releases it."""

    def clear(self) -> None:
        """Remove all of them, at the end of the transaction."""
        self.begun, self._waiting, self._unneeded = set(), [], None

    def ahead(self, *names: str, alone: bool) -> list[str]:
        """Return the statements for these savepoints, and those of blocks that begin.

        What is not needed is released first, also before a read or a counter: PostgreSQL compares
        each change of a row with the savepoints of all changes before it. Nothing is released if
        the ORM is in the transaction (not `alone`): its own savepoints could have been set or
        released since then.
        """
        if not (names or self._waiting or self._unneeded):
            return []
        blocks, self._waiting = self._waiting, []
        self.begun.update(blocks)
        released = [release(self._unneeded)] if self._unneeded and alone else []
        self._unneeded = names[-1] if names and alone else None
        return [*released, *map(savepoint, (*blocks, *names))]

    @contextmanager
    def block(self, *, is_all: bool) -> Iterator[str]:
        """Yield the name of a block's savepoint; there is none if the block is all there is."""
        self._depth += 1
        name = f"before_block_{self._depth}"
        self._waiting += [] if is_all else [name]
        try:
            yield name
        finally:
            self._depth -= 1
            self.begun.discard(name)
            self._waiting = [each for each in self._waiting if each != name]

    def leave(self, name: str, *, alone: bool) -> list[str]:
        """Return what to send when a block ends: nothing if the next write can release it."""
        self._unneeded = name if alone else None
        return [] if alone else [release(name)]
