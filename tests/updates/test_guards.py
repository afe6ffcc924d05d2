"""Each rule of updates/, held against every release; and each with a breach that it must find."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.history import releases
from tools.snapshot import VERSION, git

from .guards import Source, breaches

Change = Callable[[Path], None]


@pytest.fixture(scope="session")
def source_of(all_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Source]:
    def checked_out(release: str) -> Source:
        folder = tmp_path_factory.mktemp("source") / "template"
        git(all_releases, "worktree", "add", "--quiet", "--detach", str(folder), release)
        return Source(folder)

    return checked_out


@pytest.fixture(scope="session")
def now(source_of: Callable[[str], Source]) -> Source:
    return source_of(VERSION)


@pytest.mark.parametrize("release", [*releases(), VERSION])
def test_no_rule_is_broken(release: str, source_of: Callable[[str], Source], now: Source) -> None:
    assert breaches(source_of(release), now) == []


def replace(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def remove(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


BREACHES: dict[str, Change] = {
    "question author_email is gone": replace("copier.yml", "\nauthor_email:\n", "\nauthor_mail:\n"),
    "choice gitlab of ci is gone": replace("copier.yml", "    GitLab CI: gitlab\n", ""),
    "choice webhooks of modules is gone": replace("extensions/modules/ready_made.py", '"webhooks",', '"hooks",'),
    "src/app/kit/ids.py is gone": remove("template/src/app/kit/ids.py"),
    "tests/core/test_etags.py is gone": replace(
        "copier.yml", "  - /tests/performance\n", "  - /tests/performance\n  - /tests/core/test_etags.py\n"
    ),
    "src/app/seeds.py is the client's": replace("template/standard/ownership.toml", '    "/src/app/seeds.py",\n', ""),
    "Dockerfile becomes the client's": replace(
        "template/standard/ownership.toml", "client = [\n", 'client = [\n    "/Dockerfile",\n'
    ),
    "_exclude asks for cloud": replace(
        "copier.yml", '  - "{% if ci !=', '  - "{% if cloud != \'aws\' %}/aws{% endif %}"\n  - "{% if ci !='
    ),
    "_exclude uses the filter slug": replace("copier.yml", "if ci != 'github'", "if ci | slug != 'github'"),
    "boats was a good name": replace(
        "extensions/modules/problems.py", "def modules_problems(", 'def modules_problems(*_): return ["no"]\n\n\ndef _('
    ),
    "_tasks run three times": replace("copier.yml", "\n_exclude:", "\n_tasks:\n  - uv lock\n\n_exclude:"),
    "texts.py imports datetime": replace("extensions/modules/texts.py", "\nimport ", "\nimport datetime\nimport "),
    "compose.yaml.jinja prints a date": replace("template/compose.yaml.jinja", "name:", "# {{ now() }}\nname:"),
    "mypy.ini is in the table of owners": remove("template/mypy.ini"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_finds(breach: str, now: Source, tmp_path: Path) -> None:
    folder = tmp_path / "template"
    shutil.copytree(now.folder, folder, ignore=shutil.ignore_patterns(".git"))
    BREACHES[breach](folder)

    assert [line for line in breaches(now, Source(folder)) if line.startswith(breach)]


def test_a_question_and_a_choice_may_be_renamed_with_a_line_in_the_table(
    source_of: Callable[[str], Source], now: Source
) -> None:
    """The made-up next release renames, moves, drops and asks: all of it as the rules want it."""
    assert breaches(now, source_of("v9999.2.0")) == []
