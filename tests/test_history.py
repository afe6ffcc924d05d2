"""Releases are found in commits, because a clone may have no tags."""

from pathlib import Path

import copier
import pytest
import yaml

from tools.history import releases, tag_releases
from tools.snapshot import ROOT, commit_all, git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    git(ROOT, "clone", "--quiet", "--no-tags", str(ROOT), str(folder))
    return folder


def write_version(repository: Path, version: str) -> None:
    (repository / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")


def commit_version(repository: Path, version: str) -> str:
    write_version(repository, version)
    git(repository, "commit", "--quiet", "--all", "--message", version)
    return git(repository, "rev-parse", "HEAD").strip()


def test_a_release_on_any_side_of_a_merge_is_found(tmp_path: Path) -> None:
    write_version(tmp_path, "0.1.0.dev0")
    commit_all(tmp_path)
    git(tmp_path, "branch", "topic")
    expected = {"v0.1.0": commit_version(tmp_path, "0.1.0")}
    commit_version(tmp_path, "0.2.0.dev0")
    git(tmp_path, "switch", "--quiet", "topic")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "a topic")
    git(tmp_path, "merge", "--quiet", "--no-edit", "main")
    expected["v0.2.0"] = commit_version(tmp_path, "0.2.0")

    assert releases(tmp_path) == expected


def test_all_are_tagged_in_a_clone_without_tags_and_copier_takes_the_last_one(clone: Path, tmp_path: Path) -> None:
    made = tag_releases(clone)

    assert made[:5] == ["v0.1.0", "v0.2.0", "v0.3.0", "v1.0.0", "v1.1.0"]
    copier.run_copy(str(clone), tmp_path / "project", defaults=True, unsafe=True, quiet=True)
    answers = yaml.safe_load((tmp_path / "project" / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["_commit"] == made[-1]


def test_a_tag_that_is_there_stays_where_it_is(clone: Path) -> None:
    git(clone, "tag", "v1.0.0")

    assert "v1.0.0" not in tag_releases(clone)
    assert git(clone, "rev-parse", "v1.0.0") == git(clone, "rev-parse", "HEAD")
    assert tag_releases(clone) == []
