"""The template's files at some release, for the guards."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, TemplateError
from pathspec import PathSpec

from extensions.standard import _load

ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"


@dataclass(frozen=True)
class Source:
    folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load(self.text("copier.yml"))
        return read

    @property
    def questions(self) -> dict[str, Any]:
        said = self.settings.items()
        return {name: about for name, about in said if name[0] != "_" and about.get("when") is not False}

    @property
    def template(self) -> Path:
        return self.folder / "template"

    @cached_property
    def sources(self) -> list[str]:
        """Return every file of the template, relative to template/."""
        return sorted(f.relative_to(self.template).as_posix() for f in self.template.rglob("*") if f.is_file())

    @cached_property
    def paths(self) -> set[str]:
        """Return every path that some project has."""
        found = {path for path in self.sources if not ("{" in path or "__pycache__" in path or self._stays_here(path))}
        return {path.removesuffix(".jinja") for path in found}

    def paths_for(self, answers: Mapping[str, Any]) -> set[str]:
        """Return the paths that a project with these answers has."""
        environment = Environment(autoescape=False)
        values = {**answers, "left_to_client": lambda _: "", "_copier_operation": "copy"}
        patterns = (_rendered(environment, pattern, values) for pattern in self.settings["_exclude"])
        excluded = PathSpec.from_lines("gitignore", filter(None, patterns))
        return {path for path in self.paths if not excluded.match_file(path)}

    def _stays_here(self, path: str) -> bool:
        """True for the source of custom modules and its tests, which no project gets."""
        excluded = (pattern for pattern in self.settings["_exclude"] if pattern.startswith("/"))
        return any(f"/{path}/".startswith(f"{pattern}/") for pattern in excluded)

    @property
    def extension(self) -> Any:
        return _load(self.folder / "extensions/modules")

    @property
    def validation(self) -> Any:
        """Return the extension's validators; releases before 2.0.0 call the file `problems`."""
        return getattr(self.extension, "validation", None) or self.extension.problems

    @cached_property
    def version(self) -> str:
        found: str = self._pyproject["version"]
        return found

    @property
    def dependencies(self) -> list[str]:
        found: list[str] = self._pyproject.get("dependencies", [])
        return found

    @property
    def _pyproject(self) -> dict[str, Any]:
        found: dict[str, Any] = tomllib.loads(self.text("pyproject.toml"))["project"]
        return found

    def table(self, section: str) -> Mapping[str, Any]:
        read: Mapping[str, Any] = tomllib.loads(self.text("updates/table.toml")).get(section, {})
        return read

    def owned(self, owner: str) -> set[str]:
        return {path.removeprefix("/") for path in self.owners[owner]}

    @property
    def owners(self) -> Mapping[str, Any]:
        return tomllib.loads(self.text("template/standard/ownership.toml"))

    def has(self, path: str) -> bool:
        return (self.folder / path).is_file()

    def text(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def given(self, path: str) -> bytes:
        """Return a project's file as in the template, possibly unrendered."""
        file = self.template / path
        return (file if file.is_file() else file.with_name(f"{file.name}.jinja")).read_bytes()

    def python_files(self, folder: str) -> Iterator[Path]:
        yield from sorted((self.folder / folder).rglob("*.py"))

    def changelog(self) -> dict[str, str]:
        """Return the sections by version, in order."""
        parts = re.split(r"^## (.+)$", self.text("CHANGELOG.md"), flags=re.MULTILINE)[1:]
        return dict(zip(parts[::2], parts[1::2], strict=True))


def _rendered(environment: Environment, pattern: str, values: Mapping[str, Any]) -> str:
    """Return the rendered pattern, or an empty string if it is invalid, which another guard reports."""
    try:
        return environment.from_string(pattern).render(values)
    except TemplateError:
        return ""


def followed(name: str, table: Mapping[str, str]) -> str:
    """Return the final name; a circle ends before it repeats."""
    seen = {name}
    while name in table and table[name] not in seen:
        name = table[name]
        seen.add(name)
    return name
