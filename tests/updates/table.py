"""Write the matrix in README.md, between two markers, from the cells that passed with WRITE_MATRIX=1."""

import fcntl
import json
import os
from pathlib import Path

from tools.snapshot import ROOT

BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"
RESULTS = ROOT / "build" / "matrix.json"


def note(before: str, after: str, answers: str, edited: bool) -> None:
    """Record a cell that has passed."""
    if not os.environ.get("WRITE_MATRIX"):
        return
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        passed = json.loads(file.read() or "[]")
        file.seek(0)
        file.truncate()
        json.dump([*passed, [before, after, answers, edited]], file)


def write(readme: Path = ROOT / "README.md") -> None:
    """Write the table into the README, and delete the recorded cells."""
    text = readme.read_text()
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    readme.write_text(f"{head}{BEGIN}\n{table(json.loads(RESULTS.read_text()))}\n{END}{tail}")
    RESULTS.unlink()


def table(passed: list[list[object]]) -> str:
    columns = list(dict.fromkeys(str(cell[2]) for cell in passed))
    steps = sorted({(str(before), str(after)) for before, after, *_ in passed}, key=_order)
    done = {(str(before), str(after), str(answers), edited) for before, after, answers, edited in passed}
    lines = [f"| from | to | {' | '.join(columns)} |", f"|{'---|' * (len(columns) + 2)}"]
    for before, after in steps:
        marks = (_mark([(before, after, column, edited) in done for edited in (False, True)]) for column in columns)
        lines.append(f"| {_named(before)} | {_named(after)} | {' | '.join(marks)} |")
    return "\n".join(lines)


def _mark(clean_and_edited: list[bool]) -> str:
    words = ("clean", "edited")
    return " ".join(word for word, passed in zip(words, clean_and_edited, strict=True) if passed) or "–"


def _named(release: str) -> str:
    names = {"v9999.0.0": "this commit", "v9999.1.0": "a made-up next", "v9999.2.0": "and the one after"}
    return names.get(release, release)


def _order(step: tuple[str, str]) -> tuple[list[int], str]:
    return [int(part) for part in step[0].removeprefix("v").split(".")], step[1]
