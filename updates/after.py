"""Copier runs this at the end of each update, to merge without losing a line of the client.

Copier has written the new release's files, and updates/before.py has kept it from merging: Copier's merge loses edits
of files that moved or were removed, writes through links, depends on git's settings, and always exits with 0. This
script writes the result of updates/merge.py, path by path, and exits with 1 if there are conflicts. See docs/adr/0013.
"""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import yaml

from template.standard.aside import put_back, state_of
from updates.before import CLAIMS, INDEX, OLD
from updates.claims import claim_on
from updates.files import File
from updates.git import Entry, git, index_file, nothing_at, read_blobs, read_index, write_blob, write_index
from updates.left_behind import names_left_behind
from updates.merge import Merge, Outcome
from updates.modules import ChangedModule, changed_modules
from updates.moves import Moves, read_table
from updates.renderings import read_rendering, render

NEW = "new"


def main(template: str, release_before: str, release: str, answers_file: str, words: str = "{}") -> None:
    project = Path.cwd()
    state = state_of(project)
    claims: dict[str, str] = json.loads((state / CLAIMS).read_text(encoding="utf-8"))
    answers_before, answers = git("show", f"HEAD:./{answers_file}"), Path(answers_file).read_bytes()
    try:
        shutil.copyfile(state / INDEX, index_file())
        render(template, release, answers_file, answers, state / NEW)
        index = read_index()
        modules = changed_modules(yaml.safe_load(answers_before), yaml.safe_load(answers), json.loads(words), index)
        outcome = merge(state, answers_file, index, claims, modules)
        write(outcome, index, claims)
        mark_unmerged(outcome.unmerged, index)
    finally:
        problems = put_back(project, over=True)
    names = names_left_behind(yaml.safe_load(answers_before), yaml.safe_load(answers))
    left = [line for module in modules for line in module.left_behind()]
    print(*outcome.notes, *left, *names, *problems, sep="\n", file=sys.stderr)
    sys.exit(bool(outcome.unmerged))


def merge(
    state: Path,
    answers_file: str,
    index: Mapping[str, Entry],
    claims: Mapping[str, str],
    modules: Sequence[ChangedModule] = (),
) -> Outcome:
    old, new = (read_rendering(state / folder, answers_file) for folder in (OLD, NEW))
    mine = {path: index[path] for path in index if path in old or path in new}
    committed = read_blobs({path: entry for path, entry in mine.items() if not claim_on(path, claims)})
    moves = Moves(read_table("moved"), old.keys(), new.keys())
    outcome = Merge(old, committed, new, moves, read_table("dropped"), claims).run()
    for module in modules:
        module.refuse_unless_safe()
        outcome = outcome.plus(module.merge())
    return outcome


def write(outcome: Outcome, index: Mapping[str, Entry], claims: Mapping[str, str]) -> None:
    """Write the outcome. Removes files first, because a folder may replace a file."""
    wanted = {path: file for path, file in outcome.files.items() if not claim_on(path, claims)}
    for path, file in wanted.items():
        if file is None:
            _remove(path)
    for path, file in wanted.items():
        if file is not None:
            _write(path, file)
    # Restore committed files that Copier has removed, but that are not part of the merge.
    for path in sorted(index.keys() - outcome.files.keys()):
        if not claim_on(path, claims) and not os.path.lexists(path):
            git("checkout", "--", path)


def _remove(path: str) -> None:
    if Path(path).is_file():
        Path(path).unlink()
    for folder in PurePosixPath(path).parents[:-1]:
        if not Path(folder).is_dir() or any(Path(folder).iterdir()):
            return
        Path(folder).rmdir()


def _write(path: str, file: File) -> None:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists() or place.read_bytes() != file.content:
        place.write_bytes(file.content)
    mode = place.stat().st_mode
    if bool(mode & 0o100) != file.executable:
        place.chmod(mode | 0o111 if file.executable else mode & ~0o111)


def mark_unmerged(unmerged: Mapping[str, Mapping[int, File]], index: Mapping[str, Entry]) -> None:
    """Record the conflicts in git's index, as a stopped merge does."""
    lines = [nothing_at(path, index[path].blob) for path in unmerged if path in index]
    for path, stages in unmerged.items():
        for stage, file in sorted(stages.items()):
            lines.append(f"{'100755' if file.executable else '100644'} {write_blob(file.content)} {stage}\t{path}")
    write_index(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
