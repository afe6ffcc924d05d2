"""Copier asks git once for each run whether executable bits need its help, and helps where they do."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from extensions.modules import file_mode
from tools.snapshot import ROOT, git

OF_COPIER = """
import copier._main
from extensions.modules.file_mode import ask_git_once

before = copier._main.Worker._sync_git_index_executable_bit
ask_git_once()
ask_git_once()
after = copier._main.Worker._sync_git_index_executable_bit
print(after is not before and after.__wrapped__ is before)
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the calls of git, which are made."""
    calls: list[object] = []

    def noted(command: list[str], **options: Any) -> Any:
        calls.append(command)
        return subprocess.run(command, **options)

    monkeypatch.setattr(file_mode, "run", noted)
    return calls


class TestAskGitOnce:
    @pytest.mark.parametrize(("setting", "steps"), [("false", 3), ("true", 0), ("", 0)])
    def test_takes_the_step_where_git_ignores_bits(
        self, tmp_path: Path, asked: list[object], setting: str, steps: int
    ) -> None:
        git(tmp_path, "init", "--quiet")
        git(tmp_path, "config", *(["core.fileMode", setting] if setting else ["--unset", "core.fileMode"]))
        taken: list[Path] = []
        step = file_mode._where_it_is_off(lambda _, path, __: taken.append(path))
        worker = SimpleNamespace(subproject=SimpleNamespace(local_abspath=tmp_path))

        for name in "abc":
            step(worker, Path(name), 0o755)

        assert len(taken) == steps
        assert len(asked) == 1

    def test_is_no_repository_at_first(self, tmp_path: Path) -> None:
        assert not file_mode._is_off(tmp_path)

    def test_knows_the_step_of_the_pinned_copier(self) -> None:
        done = subprocess.run([sys.executable, "-c", OF_COPIER], cwd=ROOT, capture_output=True, text=True, check=True)

        assert done.stdout == "True\n"
