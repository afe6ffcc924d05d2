"""What Copier wrote down when this project was made, and at each update."""

import re
from dataclasses import dataclass

from .git import PROJECT
from .problem import Problem

FILE = PROJECT / ".copier-answers.yml"
_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "git+": ""}


@dataclass(frozen=True)
class Origin:
    template: str
    release: str

    @property
    def is_release(self) -> bool:
        return version_of(self.release) is not None


def read_origin() -> Origin:
    """Raises Problem."""
    if not FILE.exists():
        raise Problem(
            f"There is no {FILE.name} here: docs/updating.md says how to join the standard."
        )
    values = _values()
    template, release = values.get("_src_path"), values.get("_commit")
    if not template or not release:
        raise Problem(
            f"{FILE.name} says neither _src_path nor _commit: this project was made from a folder"
            " that was no release, and cannot be updated. docs/updating.md says how to join again."
        )
    return Origin(_url(template), release)


def read_questions() -> dict[str, str]:
    return {name: value for name, value in _values().items() if not name.startswith("_")}


def version_of(name: str) -> tuple[int, ...] | None:
    """(1, 2, 0) of v1.2.0. What is no release has none, a pre-release neither."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", name)
    return tuple(int(part) for part in found.groups()) if found else None


def _values() -> dict[str, str]:
    """The first lines' worth of YAML that this needs: `name: value` at the margin."""
    found = re.findall(r"^(\w+): *(.*)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: value.strip("'\"") for name, value in found}


def _url(template: str) -> str:
    for short, long in _SHORT.items():
        if template.startswith(short):
            return long + template.removeprefix(short)
    return template
