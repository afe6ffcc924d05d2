"""Check ownership: what is the client's stays theirs, and shared files keep their fences."""

import re
from collections.abc import Iterator

from pathspec import PathSpec

from .source import Source

FENCE = re.compile(r"^\s*(#|//|<!--).*\b([Yy]ours|[Oo]f your own|above this line)\b")
# Paths that no release may add, because docs/updating.md gives them to the client.
CLIENTS = (
    "/local.mk",
    "/compose.override.y*ml",
    "/.gitlab/local.yml",
    "/standard/edited.toml",
    "/.env",
    "*.rej",
    "*.orig",
)
TABLE = re.compile(r"create_table\(\s*[\"'](\w+)[\"']")
LEFT_TO_CLIENT = "{{ left_to_client(_copier_operation) }}"
CHOSEN = {"console"}
"""Ready-made modules whose name no release kept ahead: a module that clients describe so has its plural, `consoles`."""


def clients_paths_stay(before: Source, after: Source) -> Iterator[str]:
    for path in before.owned("client") - after.owned("client"):
        yield f"{path} is the client's: it never becomes anybody else's"
    literal = "\n".join(after.settings["_exclude"])
    for path in (after.owned("client") - before.owned("client")) & before.paths:
        if f"/{path}" not in literal:
            yield f"{path} becomes the client's: older releases must read so in _exclude itself, when updating"


def clients_are_asked_for(_: Source, after: Source) -> Iterator[str]:
    if LEFT_TO_CLIENT not in after.settings["_exclude"]:
        yield "_exclude does not ask left_to_client: an update would write what is the client's"
    if "left_to_client" not in after.extension.GLOBALS:
        yield "left_to_client is gone from the extension: newer releases ask for it"


def clients_space_stays_free(_: Source, after: Source) -> Iterator[str]:
    clients = PathSpec.from_lines("gitignore", CLIENTS)
    for path in sorted(after.paths):
        if clients.match_file(path):
            yield f"{path} is in the client's space: no release brings it"


def clients_names_stay_free(before: Source, after: Source) -> Iterator[str]:
    """Find new modules and tables whose names an older release accepted for clients' modules."""
    accepted = before.validation.modules_problems
    for name in sorted(_modules(after) - _modules(before) - CHOSEN):
        if not accepted([name]):
            yield f"a module {name} comes, and clients may have one: reserve a name a release ahead"
    for name in sorted(_tables(after) - _tables(before)):
        if not accepted([name]):
            yield f"a table {name} comes, and clients may have one: reserve a name a release ahead"


def shared_files_stay_shared(before: Source, after: Source) -> Iterator[str]:
    for path in (before.owned("shared") - after.owned("shared")) & after.paths:
        yield f"{path} was shared: clients have lines of theirs in it"
    for path in (after.owned("shared") | {"standard/ownership.toml", "standard/settle.py"}) - after.paths:
        yield f"{path} is in the table of owners and not in the template"
    for path in before.owners["beside"].keys() - after.owners["beside"].keys():
        yield f"{path} has no place beside it any more: clients have files there"


def fences_stay(before: Source, after: Source) -> Iterator[str]:
    """Find changed fences: clients' lines stand between a fence and the line after it, and would conflict."""
    for path in before.owned("shared") & before.paths & after.paths:
        was, now = _fences(before, path), _fences(after, path)
        for fence, following in was:
            if [each for each, _ in was].count(fence) > [each for each, _ in now].count(fence):
                yield f"{path} lost a fence: {fence}"
            elif (fence, following) not in now:
                yield f"{path} has another line after a fence: {fence}"


def beside_is_read(_: Source, after: Source) -> Iterator[str]:
    makefile = after.given("Makefile").decode()
    if not makefile.endswith("\n-include local.mk\n"):
        yield "Makefile does not end by reading local.mk: clients' targets are there"
    if ".gitlab-ci.yml" in after.paths and "- local: .gitlab/local.yml\n" not in after.given(".gitlab-ci.yml").decode():
        yield ".gitlab-ci.yml does not include .gitlab/local.yml: clients' jobs are there"


def _modules(source: Source) -> set[str]:
    return {path.split("/")[3] for path in source.sources if re.match(r"src/app/modules/\w+/", path)}


def _tables(source: Source) -> set[str]:
    folder = source.template / "migrations"
    texts = (file.read_text() for name in ("standard", "ready_made") for file in (folder / name).rglob("*.*"))
    return {name for text in texts for name in TABLE.findall(text)}


def _fences(source: Source, path: str) -> list[tuple[str, str]]:
    """Return each fence with the line after it."""
    lines = source.given(path).decode().splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return [(line.strip(), following) for line, following in pairs if FENCE.match(line)]


RULES = (
    clients_paths_stay,
    clients_are_asked_for,
    clients_space_stays_free,
    clients_names_stay_free,
    shared_files_stay_shared,
    fences_stay,
    beside_is_read,
)
