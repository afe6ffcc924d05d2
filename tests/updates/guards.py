"""What would break an update later, found by comparing a release with what comes after it."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, meta, nodes

from extensions.standard import _load

RESTLESS = {"datetime", "os", "platform", "random", "secrets", "socket", "time", "uuid"}
GIVEN_BY_COPIER = {"_copier_operation", "_copier_conf"}
FUNCTIONS = {"left_to_client"}  # of the extension, in each release since the first
WORDS = "boats people statuses news invoice_lines orders contracts berths crew quotes teams plans rooms visits".split()


@dataclass(frozen=True)
class Source:
    """The template's own files, at some release."""

    folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load((self.folder / "copier.yml").read_text())
        return read

    @property
    def questions(self) -> dict[str, Any]:
        said = self.settings.items()
        return {name: about for name, about in said if name[0] != "_" and about.get("when") is not False}

    @property
    def paths(self) -> set[str]:
        template = self.folder / "template"
        found = (file.relative_to(template).as_posix() for file in template.rglob("*") if file.is_file())
        return {path.removesuffix(".jinja") for path in found if "{" not in path and not self._stays_here(path)}

    def _stays_here(self, path: str) -> bool:
        """Raw material, and what watches it: no project has them."""
        excluded = (pattern for pattern in self.settings["_exclude"] if pattern.startswith("/"))
        return any(f"/{path}/".startswith(f"{pattern}/") for pattern in excluded)

    @property
    def extension(self) -> Any:
        return _load(self.folder / "extensions/modules")

    def table(self, section: str) -> Mapping[str, Any]:
        read: Mapping[str, Any] = tomllib.loads((self.folder / "updates/table.toml").read_text())[section]
        return read

    def owned(self, owner: str) -> set[str]:
        text = (self.folder / "template/standard/ownership.toml").read_text()
        return {path.removeprefix("/") for path in tomllib.loads(text)[owner]}


def breaches(before: Source, after: Source) -> list[str]:
    rules = (_questions, _choices, _files, _owners, _excludes)
    return [
        *(found for rule in rules for found in rule(before, after)),
        *_names(before, after),
        *_settings(after),
        *_restless(after),
    ]


def _questions(before: Source, after: Source) -> Iterator[str]:
    for name in before.questions:
        if _followed(name, after.table("questions")) not in after.questions:
            yield f"question {name} is gone: name what it became under [questions] in updates/table.toml"


def _choices(before: Source, after: Source) -> Iterator[str]:
    for name in before.questions:
        question = _followed(name, after.table("questions"))
        renamed, now = after.table("choices").get(question, {}), _values(after, question)
        for choice in _values(before, name):
            if choice not in now and choice not in renamed:
                yield f"choice {choice} of {question} is gone: name what it became under [choices]"


def _files(before: Source, after: Source) -> Iterator[str]:
    for path in before.paths - after.paths - before.owned("client"):
        if _followed(path, after.table("moved")) not in after.paths and path not in after.table("dropped"):
            yield f"{path} is gone: it needs a line under [moved] or [dropped]"


def _owners(before: Source, after: Source) -> Iterator[str]:
    for path in before.owned("client") - after.owned("client"):
        yield f"{path} is the client's: it never becomes anybody else's"
    literal = "\n".join(after.settings["_exclude"])
    for path in (after.owned("client") - before.owned("client")) & before.paths:
        if f"/{path}" not in literal:
            yield f"{path} becomes the client's: older releases must read so in _exclude itself, when updating"


def _excludes(before: Source, after: Source) -> Iterator[str]:
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


def _names(before: Source, after: Source) -> Iterator[str]:
    """Of custom modules: of new ones too, because what one project has, the next one is promised."""
    was, now = before.extension.problems.modules_problems, after.extension.problems.modules_problems
    for word in WORDS:
        if now([word]) and not was([word]):
            yield f"{word} was a good name, and is refused now"


def _settings(after: Source) -> Iterator[str]:
    if "_tasks" in after.settings:
        yield "_tasks run three times in an update, twice in a temporary folder: have none"
    missing = (after.owned("shared") | {"standard/ownership.toml", "standard/settle.py"}) - after.paths
    yield from (f"{path} is in the table of owners and not in the template" for path in missing)


def _restless(after: Source) -> Iterator[str]:
    """What could render differently tomorrow, or on another machine."""
    for file in sorted((after.folder / "extensions").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in RESTLESS & {name.partition(".")[0] for name in names}:
                yield f"{file.name} imports {name}: what is rendered may not depend on it"
    for file in sorted((after.folder / "template").rglob("*.jinja")):
        if re.search(r"\{\{[^}]*\b(now|strftime|random|ans_random|uuid)\b", file.read_text()):
            yield f"{file.name} prints a date or something random"


def _values(source: Source, question: str) -> list[str]:
    choices = source.questions.get(question, {}).get("choices", [])
    if choices == "{{ ready_made() }}":
        choices = json.loads(source.extension.ready_made.choices())
    return [str(choice) for choice in (choices.values() if isinstance(choices, Mapping) else choices)]


def _followed(name: str, table: Mapping[str, str]) -> str:
    while name in table:
        name = table[name]
    return name
