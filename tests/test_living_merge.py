"""Descriptions that change are merged into modules of any form: nothing is lost, or there is a conflict."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from extensions.modules.changes import Change, changes_between, step_of, words_between
from extensions.modules.scaffold import files_of
from tests.pairs import pair, stored
from tools.snapshot import ROOT
from updates.files import File
from updates.merge import Merge, Outcome
from updates.modules import LABELS
from updates.moves import Moves

RUFF = Path(sys.executable).parent / "ruff"
SEEDS = range(50)


def changes_of(seed: int) -> list[Change]:
    before, given = pair(seed)
    after = stored(before, given)
    return changes_between(before, after, words_between(before, {**before, **given}))


def rendered(module: object) -> dict[str, File]:
    return {path: File(text.encode()) for path, text in files_of(module) if "migrations" not in path}  # type: ignore[arg-type]


def merged(change: Change, mine: dict[str, File]) -> tuple[Outcome, dict[str, File]]:
    old, new = rendered(change.before), rendered(change.after)
    outcome = Merge(old, mine, new, Moves({}, old.keys(), new.keys()), labels=LABELS).run()
    return outcome, new


def edited(files: dict[str, File], random: Random) -> dict[str, File]:
    """Return the files with lines of the client; each is a comment, so the code stays what it was."""
    found = dict(files)
    for number, path in enumerate(random.sample(sorted(files), 8)):
        lines = files[path].text.decode().splitlines(keepends=True)
        place = random.choice([0, len(lines), random.randint(0, len(lines))])
        found[path] = File("".join([*lines[:place], f"# Ours, number {number}.\n", *lines[place:]]).encode())
    return found


def ours(files: dict[str, File | None]) -> list[str]:
    return sorted(
        line for file in files.values() if file for line in file.text.decode().split("\n") if "# Ours" in line
    )


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    found = [change for seed in SEEDS for change in changes_of(seed)]
    assert len(found) > len(SEEDS)
    assert all(any(getattr(change, what) for change in found) for what in ("added", "dropped", "kept", "removed_parts"))
    return found


@pytest.mark.xdist_group("living")
class TestMerge:
    def test_of_a_module_as_it_was_rendered_is_the_new_rendering(self, changes: list[Change]) -> None:
        for change in changes:
            outcome, new = merged(change, rendered(change.before))

            assert not outcome.unmerged
            assert {path: file for path, file in outcome.files.items() if file} == new

    def test_of_edited_modules_keeps_each_line_or_conflicts(self, changes: list[Change]) -> None:
        clean = 0
        for seed, change in enumerate(changes):
            mine = edited(rendered(change.before), Random(seed))

            outcome, new = merged(change, mine)

            assert ours({**mine, **outcome.files}) == ours(dict(mine))
            for path, file in outcome.files.items():
                if file is not None and path not in outcome.unmerged:
                    lines = file.text.decode().splitlines(keepends=True)
                    assert "".join(line for line in lines if "# Ours" not in line) == new[path].text.decode()
                    clean += 1
        assert clean > 500

    def test_brings_a_step_that_ruff_would_write_so(self, changes: list[Change], tmp_path: Path) -> None:
        (tmp_path / "ruff.toml").write_text((ROOT / "template/ruff.toml").read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / "src").mkdir()
        for number, change in enumerate(changes):
            if step := step_of(change):
                (tmp_path / f"src/s{number:04}_{step.name}.py").write_text(step.text, encoding="utf-8")

        for command in (["check"], ["format", "--check", "--diff"]):
            done = subprocess.run(
                [RUFF, *command, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout[-5000:]
