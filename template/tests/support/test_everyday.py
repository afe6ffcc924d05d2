"""`make test` leaves out tests of the standard as long as nothing that they test has changed."""

import subprocess
from pathlib import Path

import pytest

from . import everyday
from .folders import PROJECT

OF_CORE = "tests/standard/core/test_etags.py"
OF_A_MODULE = "src/app/modules/tenants/tests/test_roles.py"
OF_A_LIBRARY = "uv.lock"
YOURS = "src/app/modules/orders/services.py"


class TestAFile:
    @pytest.fixture(autouse=True)
    def unchanged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        listed = frozenset({OF_CORE, OF_A_MODULE, "conftest.py", *everyday.LOOK_AT_YOURS})
        monkeypatch.setattr(everyday, "standard", lambda: listed)
        monkeypatch.setattr(everyday, "has_changed", lambda: False)

    @pytest.mark.parametrize("file", [OF_CORE, OF_A_MODULE])
    def test_of_the_standard_is_left_out(self, file: str) -> None:
        assert everyday.is_left_out(PROJECT / file)
        assert file in everyday.skipped_files()

    @pytest.mark.parametrize(
        "file",
        [
            "tests/standard/core/test_yours.py",
            "src/app/modules/orders/tests/test_routes.py",
            "tests/isolation/test_routes.py",
            "conftest.py",
            *sorted(everyday.LOOK_AT_YOURS),
        ],
    )
    def test_that_looks_at_yours_is_not(self, file: str) -> None:
        assert not everyday.is_left_out(PROJECT / file)

    def test_is_not_after_a_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(everyday, "has_changed", lambda: True)

        assert not everyday.is_left_out(PROJECT / OF_CORE)
        assert everyday.skipped_files() == []

    def test_that_looks_at_yours_is_there(self) -> None:
        """Modules that were not chosen have no folder."""
        chosen = [
            PROJECT / each for each in everyday.LOOK_AT_YOURS if (PROJECT / each).parent.exists()
        ]

        assert [each for each in chosen if not each.exists()] == []


class TestAChange:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A project in a folder of a repository, with nothing changed since the last commit."""
        project = tmp_path / "a project"
        for name in (OF_CORE, OF_A_LIBRARY, YOURS):
            _write(project / name, "1\n")
        _write(project / "standard/files.sha256", f"0  {OF_CORE}\n")
        _git(tmp_path, "init", "--quiet")
        _git(tmp_path, "add", "--all")
        author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        _git(tmp_path, *author, "commit", "--quiet", "--no-verify", "--message", "First")
        monkeypatch.setattr(everyday, "PROJECT", project)
        monkeypatch.setattr(everyday, "MANIFEST", project / "standard/files.sha256")
        monkeypatch.setattr(everyday, "standard", everyday.standard.__wrapped__)
        monkeypatch.setattr(everyday, "has_changed", everyday.has_changed.__wrapped__)
        return project

    @pytest.mark.parametrize(
        ("file", "counts"), [(OF_CORE, True), (OF_A_LIBRARY, True), (YOURS, False)]
    )
    def test_counts_in_a_file_of_the_standard_and_of_libraries(
        self, project: Path, file: str, counts: bool
    ) -> None:
        assert not everyday.has_changed()

        _write(project / file, "2\n")

        assert everyday.has_changed() is counts

    def test_is_assumed_without_git(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_DIR", str(project / "nowhere"))

        assert everyday.has_changed()

    def test_does_not_matter_where_no_release_is_recorded(self, project: Path) -> None:
        (project / "standard/files.sha256").unlink()

        assert everyday.skipped_files() == []


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)
