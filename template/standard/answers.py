"""Read the answers file, which Copier wrote when it made this project and at each update."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .git import PROJECT
from .problem import Problem

FILE = PROJECT / ".copier-answers.yml"
EDITED = (
    f"{FILE.name} was changed by hand, and the files are as the former answers made them. Put it"
    f" back as the last update left it (git log -- {FILE.name}), commit, then say what you want"
    " with: make update answer='ci=gitlab', or make module for one module more."
)
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
            f"{FILE.name} does not say _src_path and _commit: this project was made from a folder"
            " that was no git repository, such as an unpacked archive, and cannot be updated."
            " docs/updating.md says how to join again, from a release."
        )
    if _is_relative(template):
        raise Problem(
            f"{FILE.name} names the template by a path that was meant from elsewhere, {template}:"
            " put its URL, or a path that begins with /, after _src_path, commit, and updates work."
        )
    return Origin(_url(template), release)


def refuse_edited_answers() -> None:
    """Raises Problem if the answers were edited by hand: updates render the old release from it."""
    if not are_as_written():
        raise Problem(EDITED)


def are_as_written() -> bool:
    """True if the checksum in the file matches or is missing: an older release wrote none."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    found = re.search(r"^# Checksum: (\w+)$", text, re.MULTILINE)
    return found is None or found[1] == checksum_of(text)


def checksum_of(answers: str) -> str:
    """Hash the lines that matter, in any order. The template's address may be edited by hand."""
    text = re.sub(r"^(#|_src_path:).*\n(?:[ \t].*\n)*", "", answers, flags=re.MULTILINE)
    lines = sorted(line.strip() for line in text.splitlines() if line.strip())
    return sha256("\n".join(lines).encode()).hexdigest()


def read_questions() -> dict[str, str]:
    return {name: value for name, value in _values().items() if not name.startswith("_")}


def version_of(name: str) -> tuple[int, ...] | None:
    """Return (1, 2, 0) for v1.2.0, and None for anything but a release, also for a pre-release."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", name)
    return tuple(int(part) for part in found.groups()) if found else None


def _values() -> dict[str, str]:
    """Parse `name: value` lines at the margin: all the YAML that this package needs."""
    found = re.findall(r"^(\w+): *(.*)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: value.strip("'\"") for name, value in found}


def _is_relative(template: str) -> bool:
    """True if the text is a relative path, and not an absolute path or a URL."""
    return not template.startswith(("/", "~")) and ":" not in template


def _url(template: str) -> str:
    if template.startswith("~"):
        return str(Path(template).expanduser())
    for short, long in _SHORT.items():
        if template.startswith(short):
            return long + template.removeprefix(short)
    return template
