"""Copier runs this at the start of each update, before it writes into the project.

It refuses updates that would lose data. It renames stored answers as updates/table.toml says, because Copier drops
answers to unknown questions and unknown choices. And it makes the project look unedited: it moves paths that the
client has replaced (by a link, a repository) aside, and puts the old release's files into git's index. So Copier has
nothing to merge; updates/after.py merges later, from the last commit.
"""

import json
import os
import shutil
import sys
import tomllib
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import yaml

from template.standard.aside import put_aside, put_back, state_of
from template.standard.neutral import FOREIGN
from updates.claims import find_claims
from updates.files import File
from updates.git import (
    Entry,
    find_filtered,
    git,
    index_file,
    listed,
    nothing_at,
    read_blobs,
    read_index,
    write_blobs,
    write_index,
)
from updates.moves import TABLE
from updates.renderings import paths_in, read_rendering, render

CLAIMS, INDEX, OLD = "claims.json", "index", "old"


def main(template: str, release_before: str, release: str, answers_file: str) -> None:
    refuse_unless_safe(answers_file)
    state = begin(Path.cwd())
    render(template, release_before, answers_file, git("show", f"HEAD:./{answers_file}"), state / OLD)
    old, index = read_rendering(state / OLD, answers_file), read_index()
    paths = {*old, *paths_in(template, release_before), *paths_in(template, release)} - {answers_file}
    claims = find_claims(sorted(paths), index, _filtered(paths, old, index))
    (state / CLAIMS).write_text(json.dumps(claims), encoding="utf-8")
    put_aside(Path.cwd(), claims)
    _detach({*paths, answers_file})
    _show_unedited(state / OLD, index)
    rename_answers(Path(answers_file))


def refuse_unless_safe(answers_file: str) -> None:
    """Refuse unsafe projects. Uses this machine's git settings, because the files were checked out with them."""
    if foreign := sorted(FOREIGN.intersection(os.environ)):
        refuse(
            f"{foreign[0]} is set, as inside of a hook of git: Copier would commit into this project. Update outside."
        )
    if Path(answers_file).is_symlink():
        refuse(f"{answers_file} is a symbolic link, and an update writes it: put the file itself in its place, commit.")
    if problems := put_back(Path.cwd(), over=False):
        refuse("\n".join(problems))
    if changed := listed("status", "--porcelain", "-z", "--untracked-files=all", "--", "."):
        refuse(
            f"There is work here that is not committed ({changed[0][3:]}): commit it, or put it away with git stash."
        )
    unwatched = [line[2:] for line in listed("ls-files", "-v", "-z") if line[0] == "S" or line[0].islower()]
    if unwatched:
        refuse(
            f"git was told not to look at {unwatched[0]}, and an update would write over what is there:"
            f" git update-index --no-skip-worktree --no-assume-unchanged -- '{unwatched[0]}', then commit it."
        )


def refuse(sentence: str) -> None:
    sys.exit(f"Not updated: {sentence}")


def begin(project: Path) -> Path:
    state = state_of(project)
    state.mkdir()
    shutil.copyfile(index_file(), state / INDEX)
    return state


def _filtered(paths: Set[str], old: Mapping[str, File], index: Mapping[str, Entry]) -> dict[str, str]:
    """Return filtered files with their filters, without files that are committed exactly as the standard gave them."""
    filtered = find_filtered(sorted(paths & index.keys()))
    committed = read_blobs({path: index[path] for path in filtered})
    return {path: name for path, name in filtered.items() if path not in old or committed[path].text != old[path].text}


def _detach(paths: Set[str]) -> None:
    """Replace hard links by copies, because Copier would write into the other file too."""
    for file in map(Path, paths):
        if file.is_file() and file.stat().st_nlink > 1:
            content, mode = file.read_bytes(), file.stat().st_mode
            file.unlink()
            file.write_bytes(content)
            file.chmod(mode)


def _show_unedited(rendering: Path, index: Mapping[str, Entry]) -> None:
    files = sorted(file for file in rendering.rglob("*") if file.is_file())
    paths = [file.relative_to(rendering).as_posix() for file in files]
    away = [nothing_at(path, entry.blob) for path, entry in index.items() if path not in paths]
    given = zip(files, write_blobs(files), paths, strict=True)
    there = [f"{'100755' if os.access(file, os.X_OK) else '100644'} {blob}\t{path}" for file, blob, path in given]
    write_index([*away, *there])


def rename_answers(file: Path) -> None:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    before = yaml.safe_load(text)
    after = renamed(before, table["questions"], table["choices"])
    if after != before:
        head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        file.write_text(head + yaml.safe_dump(after, allow_unicode=True, sort_keys=False), encoding="utf-8")


def renamed(
    answers: Mapping[str, Any], questions: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for question, answer in answers.items():
        name = followed(question, questions)
        answer = _in_words_of_today(answer, choices.get(name, {}))
        if answer != "" or answers[question] == "":
            found.setdefault(name, answer)
    return found


def followed(name: str, table: Mapping[str, str]) -> str:
    """Return the current name, after any number of renamings."""
    while name in table:
        name = table[name]
    return name


def _in_words_of_today(answer: Any, choices: Mapping[str, str]) -> Any:
    if isinstance(answer, list):
        return [item for item in (_in_words_of_today(item, choices) for item in answer) if item != ""]
    return followed(answer, choices) if isinstance(answer, str) else answer


if __name__ == "__main__":
    main(*sys.argv[1:])
