"""Find what would break a later update, by comparing a release with its successor.

There is one file per subject. Each rule takes the older and the newer release and yields a sentence for each breach.
`../breaches.py` contains at least one breach of each rule; docs/maintaining.md describes the subjects.
"""

from collections.abc import Callable, Iterator

from . import answers, moves, ownership, paths, released, rendering, scripts
from .source import Source

Rule = Callable[[Source, Source], Iterator[str]]
__all__ = ["SUBJECTS", "Source", "breaches"]

SUBJECTS: dict[str, tuple[Rule, ...]] = {
    module.__name__.rpartition(".")[2]: module.RULES
    for module in (answers, moves, ownership, paths, released, rendering, scripts)
}


def breaches(before: Source, after: Source, subject: str | None = None) -> list[str]:
    subjects = [subject] if subject else list(SUBJECTS)
    return [found for name in subjects for rule in SUBJECTS[name] for found in rule(before, after)]
