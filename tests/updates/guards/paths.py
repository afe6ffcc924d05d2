"""Check which files projects have: none is hidden by mistake, and each path is valid on every platform."""

from collections.abc import Iterator
from itertools import product
from pathlib import PurePosixPath

from jinja2 import Environment, meta, nodes
from pathspec import PathSpec

from .source import ANSWERS_FILE, Source, followed

GIVEN_BY_COPIER = {"_copier_operation", "_copier_conf"}
FUNCTIONS = {"left_to_client"}  # functions of the extension that exist since the first release
OF_CLIENTS_MODULES = ("src/app/modules/{", "migrations/versions/{", "tests/{", ANSWERS_FILE)
FORBIDDEN_NAMES = {"aux", "con", "nul", "prn"}


def exclusions_can_be_read(before: Source, after: Source) -> Iterator[str]:
    """Older releases render this release's patterns, with their own answers and extensions."""
    environment = Environment(autoescape=False)
    known = {*before.settings, *GIVEN_BY_COPIER, *FUNCTIONS}
    for pattern in after.settings["_exclude"]:
        parsed = environment.parse(pattern)
        for name in meta.find_undeclared_variables(parsed) - known:
            if f"{name} is defined" not in pattern:
                yield f"_exclude asks for {name}, which older releases lack: say `{name} is defined and …`"
        for used in parsed.find_all(nodes.Filter):
            if used.name not in environment.filters:
                yield f"_exclude uses the filter {used.name}, which older releases may lack"


def exclusions_hide_nothing(before: Source, after: Source) -> Iterator[str]:
    """Projects keep the files that their choices gave them."""
    every = sorted(before.extension.ready_made.NAMES)
    deployed = product(("github", "gitlab", "none"), ("none", "compose", "kamal"), ([], every))
    for ci, deploy, modules in (*deployed, *(("github", "none", [name]) for name in every)):
        answers = {"ci": ci, "modules": modules, "deploy": deploy, "api_clients": "both"}
        for path in sorted(before.paths_for(answers) - after.paths_for(answers)):
            if followed(path, after.table("moved")) in after.paths and path in after.paths:
                yield f"{path} is hidden from projects with ci {ci} and the modules {modules}"


def choices_bring_their_files(_: Source, after: Source) -> Iterator[str]:
    without = after.paths_for({"ci": "none", "modules": []})
    for name in sorted(after.extension.ready_made.NAMES):
        folder = f"src/app/modules/{name}/"
        if any(path.startswith(folder) for path in without):
            yield f"{name} has no line in _exclude: projects that did not choose it get it"
        if not any(path.startswith(folder) for path in after.paths_for({"ci": "none", "modules": [name]})):
            yield f"{name} is a choice without files"
    for name in ("compose", "kamal"):
        if any(path.startswith(f"deploy/{name}/") for path in without):
            yield f"deploy/{name} has no line in _exclude: projects that did not choose it get it"
        if not any(path.startswith(f"deploy/{name}/") for path in after.paths_for({"ci": "none", "deploy": name})):
            yield f"{name} is a choice of deploy without files"
    for name in ("typescript", "python"):
        folder = f"clients/{name}/"
        if any(path.startswith(folder) for path in without):
            yield f"{folder} has no line in _exclude: projects that did not choose it get it"
        for answer in (name, "both"):
            chosen = after.paths_for({"ci": "none", "api_clients": answer})
            if not any(path.startswith(folder) for path in chosen):
                yield f"{answer} is a choice of api_clients without {folder}"


def answers_are_written(_: Source, after: Source) -> Iterator[str]:
    if ANSWERS_FILE not in after.sources or "_copier_answers" not in after.text(f"template/{ANSWERS_FILE}"):
        yield "the answers file is not written: such a project can never be updated"
    lines = (pattern for pattern in after.settings["_exclude"] if "{" not in pattern)
    if PathSpec.from_lines("gitignore", lines).match_file(".copier-answers.yml"):
        yield "the answers file is excluded: such a project can never be updated"


def files_and_folders_stay_apart(before: Source, after: Source) -> Iterator[str]:
    """Copier cannot replace a folder by a file."""
    was, now = _folders(before.paths), _folders(after.paths)
    for path in sorted(before.paths & now):
        yield f"{path} was a file and is a folder: take another name"
    for path in sorted(after.paths & was):
        yield f"{path} was a folder and is a file: take another name"


def names_work_everywhere(_: Source, after: Source) -> Iterator[str]:
    seen: dict[str, str] = {}
    for path in sorted(after.paths):
        other = seen.setdefault(path.lower(), path)
        if other != path:
            yield f"{path} and {other} are one file on other machines"
        if not path.isascii() or set(path) & set(':*?"<>|\\ '):
            yield f"{path} has a character that not every machine allows"
        if {part.partition(".")[0].lower() for part in PurePosixPath(path).parts} & FORBIDDEN_NAMES:
            yield f"{path} cannot be written on Windows"


def files_are_plain(before: Source, after: Source) -> Iterator[str]:
    for path in after.sources:
        file = after.template / path
        if file.is_symlink():
            yield f"{path} is a symbolic link: an update merges files"
        if file.stat().st_mode & 0o111 and not _is_executable(before, path):
            yield f"{path} is executable: it is not so everywhere"
        content = file.read_bytes()
        if b"\0" in content:
            continue
        if b"\r" in content or content.startswith(b"\xef\xbb\xbf"):
            yield f"{path} has other line endings, or a byte order mark"
        if content and not content.endswith(b"\n") and path.removesuffix(".jinja") in after.owned("shared"):
            yield f"{path} has no newline at its end: what a client adds would be a conflict"
        if any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in content.split(b"\n")):
            yield f"{path} has a conflict left"


def files_can_be_committed(_: Source, after: Source) -> Iterator[str]:
    ignored = PathSpec.from_lines("gitignore", after.given(".gitignore").decode().splitlines())
    for path in sorted(after.paths):
        if ignored.match_file(path) and not path.startswith(".tools/"):
            yield f"{path} is ignored by the project's own .gitignore: no clone of it has the file"


def only_modules_have_values_in_their_path(_: Source, after: Source) -> Iterator[str]:
    for path in after.sources:
        if "{" in path and not path.startswith(OF_CLIENTS_MODULES):
            yield f"{path} has a value in its path: no table can follow it"


def line_endings_are_fixed(before: Source, after: Source) -> Iterator[str]:
    for path in (".gitattributes", "template/.gitattributes"):
        if not after.has(path) or "* text=auto eol=lf" not in after.text(path):
            yield f"{path} does not fix the line endings: with core.autocrlf each file would differ"


def _folders(paths: set[str]) -> set[str]:
    return {str(parent) for path in paths for parent in PurePosixPath(path).parents}


def _is_executable(source: Source, path: str) -> bool:
    file = source.template / path
    return file.is_file() and bool(file.stat().st_mode & 0o111)


RULES = (
    exclusions_can_be_read,
    exclusions_hide_nothing,
    choices_bring_their_files,
    answers_are_written,
    files_and_folders_stay_apart,
    names_work_everywhere,
    files_are_plain,
    files_can_be_committed,
    only_modules_have_values_in_their_path,
    line_endings_are_fixed,
)
