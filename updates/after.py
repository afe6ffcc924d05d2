"""Run by Copier at the end of each update: no edit of a client is lost, and a conflict is an exit code.

Copier places edits by the few lines around them, forgets those in files that moved or went, writes over edited
binaries, and ends well whatever happened. Here each file that the client has edited is merged once more, from the
exact three: as the old release gave it, as the client has it, as this release gives it. docs/adr/0010 has the story.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import copier
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))  # Copier starts this file by its path

from updates.left_behind import names_left_behind

TABLE = Path(__file__).with_name("table.toml")
LABELS = ("-L", "before updating", "-L", "last update", "-L", "after updating")
MOST_CONFLICTS = 127  # what git merge-file counts up to; more means that it could not read the files


def main(template: str, release_before: str, release: str, answers_file: str) -> None:
    moved, dropped = read_table("moved"), read_table("dropped")
    unedited = find_unedited(Path(template), release_before)
    with TemporaryDirectory() as folder:
        old, new = Path(folder, "old"), Path(folder, "new")
        answers_before, answers = git("show", f"HEAD:./{answers_file}"), Path(answers_file).read_bytes()
        render(template, release_before, answers_file, answers_before, unedited, old)
        render(template, release, answers_file, answers, unedited - set(moved.values()), new)
        for file in sorted(file for file in old.rglob("*") if file.is_file()):
            path = file.relative_to(old).as_posix()
            if path != answers_file:
                carry(path, old, new, moved, dropped)
    for sentence in names_left_behind(yaml.safe_load(answers_before), yaml.safe_load(answers)):
        say(sentence)
    sys.exit(bool(git("ls-files", "--unmerged")) or b".rej\0" in git("ls-files", "-z", "--others"))


def read_table(section: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(TABLE.read_text(encoding="utf-8"))[section]
    return found


def find_unedited(template: Path, release: str) -> set[str]:
    """The files that are as the release has them, by git's own hashes: they need no second look."""
    given, here = blobs(f"{release}:template", template), blobs("HEAD", Path.cwd())
    return {path for path, blob in given.items() if here.get(path) == blob}


def blobs(tree: str, folder: Path) -> dict[str, str]:
    entries = git("ls-tree", "-r", "-z", tree, folder=folder).decode().split("\0")
    pairs = (entry.split("\t") for entry in entries if entry)
    return {path: about.split()[-1] for about, path in pairs}


def render(template: str, release: str, answers_file: str, answers: bytes, without: Iterable[str], into: Path) -> None:
    """What an update writes. A folder that has the answers already gets nothing that is the client's."""
    file = into / answers_file
    file.parent.mkdir(parents=True)
    file.write_bytes(answers)
    copier.run_copy(
        template,
        into,
        data={name: answer for name, answer in yaml.safe_load(answers).items() if not name.startswith("_")},
        answers_file=answers_file,
        vcs_ref=release,
        exclude=["/" + re.sub(r"([\\*?!#\[\] ])", r"\\\1", path) for path in without],
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=True,
    )


def carry(path: str, old: Path, new: Path, moved: dict[str, str], dropped: dict[str, str]) -> None:
    base, mine, target = (old / path).read_bytes(), in_head(path), path
    while not (new / target).exists() and target in moved:
        target = moved[target]
    theirs = (new / target).read_bytes() if (new / target).exists() else None
    if mine is None and theirs not in (None, base):
        say(f"{path}: you have removed or renamed it, and the standard has changed it since")
    if mine is None or mine == base:
        return
    if theirs is None:
        keep_dropped(path, base, mine, dropped.get(path, ""))
    else:
        merge(target, base, mine, theirs)
        if target != path:
            say(f"{path} is now {target}: your edits were carried over")


def keep_dropped(path: str, base: bytes, mine: bytes, instead: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(mine)
    mark_unmerged(path, {1: base, 2: mine})
    say(f"{path}: the standard has dropped it, and you had edited it: yours is still there. {instead}".rstrip())


def merge(target: str, base: bytes, mine: bytes, theirs: bytes) -> None:
    merged, clean = (mine, True) if theirs in (base, mine) else three_way(base, mine, theirs)
    Path(target).write_bytes(merged)
    if not clean:
        mark_unmerged(target, {1: base, 2: mine, 3: theirs})
        say(f"{target}: you and the standard have changed the same lines")


def three_way(base: bytes, mine: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """The merged text, with markers where it is not clean; of files that are no text the client's."""
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("mine", "base", "theirs")]
        for file, content in zip(files, (mine, base, theirs), strict=True):
            file.write_bytes(content)
        done = subprocess.run(["git", "merge-file", "-p", *LABELS, *files], capture_output=True, check=False)
    is_text = done.returncode <= MOST_CONFLICTS
    return (done.stdout if is_text else mine), done.returncode == 0


def mark_unmerged(path: str, stages: dict[int, bytes]) -> None:
    """For git the same as a merge that stopped here."""
    place = git("rev-parse", "--show-prefix").decode().strip() + path
    lines = [f"0 {'0' * 40}\t{place}"]
    for stage, content in stages.items():
        lines.append(f"100644 {git('hash-object', '-w', '--stdin', given=content).decode().strip()} {stage}\t{place}")
    git("update-index", "--index-info", given="\n".join(lines).encode())


def in_head(path: str) -> bytes | None:
    shown = subprocess.run(["git", "show", f"HEAD:./{path}"], capture_output=True, check=False)
    return None if shown.returncode else shown.stdout


def git(*arguments: str, given: bytes | None = None, folder: Path | None = None) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, stdout=subprocess.PIPE, check=True)
    return done.stdout


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
