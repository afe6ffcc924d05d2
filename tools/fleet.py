"""Update many projects one after the other, and print a table: `python -m tools.fleet ~/clients/*/`."""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WORDS = {
    "Up to date:": "up to date",
    "There is work here": "refused",
    "Not merged, because": "conflicts",
    "Updated to": "updated",
    "The update itself is done": "checks failed",
}


@dataclass(frozen=True)
class Outcome:
    project: str
    before: str
    after: str
    word: str
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--to", help="a release such as v1.2.0; the newest one")
    parser.add_argument("--make", default="make", help="another command instead of make")
    arguments = parser.parse_args()
    outcomes = update_all(arguments.projects, arguments.to, arguments.make)
    print("\n".join(table(outcomes)))
    return exit_code(outcomes)


def update_all(projects: Iterable[Path], to: str | None = None, make: str = "make") -> list[Outcome]:
    """Update the projects, and print the result of each."""
    outcomes = []
    for project in projects:
        outcomes.append(update(project, to, make))
        print(f"{outcomes[-1].project}: {outcomes[-1].word}", file=sys.stderr, flush=True)
    return outcomes


def exit_code(outcomes: list[Outcome]) -> int:
    return 0 if all(outcome.word in ("updated", "up to date") for outcome in outcomes) else 1


def update(project: Path, to: str | None, make: str) -> Outcome:
    """Update a project; commit merged and checked changes on a new branch, and leave any other result to look at."""
    before, started = _release(project), time.monotonic()
    command = [*make.split(), "update", *([f"v={to}"] if to else [])]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", env=_environment(), check=False)
    said = done.stdout + done.stderr
    (project.parent / f"{project.name}.update.log").write_text(said, encoding="utf-8")
    word = next((word for start, word in WORDS.items() if re.search(f"^{start}", said, re.MULTILINE)), "failed")
    after = _release(project)
    if word == "updated":
        _git(project, "switch", "--quiet", "--create", f"standard/{after}")
        _git(project, "add", "--all")
        _git(project, "commit", "--quiet", "--message", f"Update the standard to {after}")
    return Outcome(project.name, before, after, word, time.monotonic() - started)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    yield "| project | from | to | | seconds |"
    yield "|---|---|---|---|---|"
    for outcome in outcomes:
        yield f"| {outcome.project} | {outcome.before} | {outcome.after} | {outcome.word} | {outcome.seconds:.0f} |"


def _release(project: Path) -> str:
    found = re.search(
        r"^_commit: *'?([^'\n]+)", (project / ".copier-answers.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    return found[1] if found else "unknown"


def _git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project, check=True)


def _environment() -> dict[str, str]:
    """Return the environment without variables of the process that runs this."""
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "MAKEFLAGS")}


if __name__ == "__main__":
    sys.exit(main())
