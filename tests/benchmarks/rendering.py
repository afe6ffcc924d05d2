"""Run `make bench-template`: make and update a project, and compare with plain Jinja over the same files."""

import cProfile
import pstats
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import copier
from jinja2 import Environment

from tools.snapshot import ROOT, VERSION, commit_all, git, snapshot

ANSWERS = {"custom_modules": "projects, invoices"}
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        template, project = snapshot(folder / "template"), folder / "first"
        make(template, project)
        commit_all(project)
        floor = _median(lambda n: plain_jinja(project, folder / f"plain-{n}"))
        copy = _median(lambda n: make(template, folder / f"project-{n}"))
        update = _median(lambda _: refresh(project))
        files = len(git(project, "ls-files").splitlines())
        print(f"{files} files. Plain Jinja {floor:.2f} s; copier copy {copy:.2f} s; copier update {update:.2f} s.")
        print(f"Of a copy {_shares(template, folder / 'profiled')}.")


def make(template: Path, project: Path) -> None:
    copier.run_copy(str(template), project, data=ANSWERS, vcs_ref=VERSION, defaults=True, unsafe=True, quiet=True)


def refresh(project: Path) -> None:
    """Update to the same release, which does the full work and leaves nothing to commit."""
    copier.run_update(project, vcs_ref=VERSION, defaults=True, overwrite=True, unsafe=True, quiet=True)


def plain_jinja(project: Path, into: Path) -> None:
    """Compile, render and write each .jinja file of the project, and copy the others."""
    environment = Environment(autoescape=False)
    for listed in git(project, "ls-files", "-z").split("\0")[:-1]:
        file, source = into / listed, ROOT / "template" / listed
        file.parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            shutil.copyfile(project / listed, file)
        else:
            text = (project / listed).read_text()
            file.write_text(environment.from_string(f"{{% raw %}}{text}{{% endraw %}}").render())


def _shares(template: Path, project: Path) -> str:
    """Return the shares of a copy's time."""
    profile = cProfile.Profile()
    profile.runcall(make, template, project)
    found = pstats.Stats(profile).get_stats_profile()
    whole = found.total_tt
    spent = {
        "git": _cumulative(profile, "plumbum/commands/base.py", "__call__"),
        "Jinja": _cumulative(profile, "jinja2/environment.py", "from_string"),
        "the template's extension": _inside(profile, "/extensions/"),
    }
    return ", ".join(f"{seconds / whole:.0%} {name}" for name, seconds in spent.items()) + ", the rest Copier"


def _cumulative(profile: cProfile.Profile, file: str, function: str) -> float:
    return sum(
        entry.totaltime
        for entry in profile.getstats()
        if not isinstance(entry.code, str) and entry.code.co_filename.endswith(file) and entry.code.co_name == function
    )


def _inside(profile: cProfile.Profile, folder: str) -> float:
    return sum(
        entry.inlinetime
        for entry in profile.getstats()
        if not isinstance(entry.code, str) and folder in entry.code.co_filename
    )


def _median(run: Callable[[int], None]) -> float:
    times = []
    for number in range(ROUNDS):
        started = time.perf_counter()
        run(number)
        times.append(time.perf_counter() - started)
    return sorted(times)[ROUNDS // 2]


if __name__ == "__main__":
    main()
