"""Every command that a page, a Makefile, a CI file or the Dockerfile tells somebody to run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tools.snapshot import ROOT, git

PROGRAMS = (
    "make app uv uvx docker git copier alembic pytest psql createdb pg_dump pg_restore python3 pre-commit openssl"
)
_WORDS = "|".join(map(re.escape, PROGRAMS.split()))
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(rf"(?<!`)`((?:{_WORDS}) [^`]+)`(?!`)")
_TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s+)#.*$| +\|  --all +#.*$")
_JINJA = re.compile(r"\{\{.*?\}\}")
SHELLS = {"sh", "bash", "console", "shell"}
SOURCES = {
    "README.md",
    "Makefile",
    "docs/maintaining.md",
    "template/README.md.jinja",
    "template/Makefile",
    "template/Dockerfile.jinja",
    "template/compose.yaml.jinja",
    "template/.github/workflows/check.yml.jinja",
    "template/.gitlab-ci.yml.jinja",
    "template/.pre-commit-config.yaml",
    "template/docs/operations.md",
    "template/docs/how-to/README.md",
}
"""Some of the files, one of each kind at least."""
HISTORY = ("CHANGELOG.md", "/adr/")
SERVERS = ("template/deploy/",)
"""Commands for a server with Docker or Kamal: test_deploy.py reads these pages, and runs what needs neither."""


@dataclass(frozen=True, order=True)
class Command:
    """A command as it is written, and the file that has it."""

    text: str
    source: str


def commands() -> set[Command]:
    found = set()
    for source in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / source).is_file() and not any(part in source for part in (*HISTORY, *SERVERS)):
            found |= {Command(" ".join(text.split()), source) for text in _in(source)}
    return found


def steps_of(source: str) -> list[str]:
    """Return a file's commands, in its order."""
    return list(_in(source))


def _in(source: str) -> Iterator[str]:
    name = source.rpartition("/")[2].removesuffix(".jinja")
    if name.endswith(".md") or name in READERS:
        yield from READERS.get(name, _in_page)((ROOT / source).read_text(encoding="utf-8"))


def _in_page(text: str) -> Iterator[str]:
    """Yield the lines of shell blocks, and what stands in the text with a program's name first."""
    for language, body in _FENCE.findall(text):
        if language in SHELLS:
            yield from filter(None, (_COMMENT.sub("", line).strip() for line in body.splitlines()))
    yield from _INLINE.findall(_FENCE.sub("", text))


def _in_makefile(text: str) -> Iterator[str]:
    """Yield each target of `make help`."""
    yield from (f"make {target}" for target in _TARGET.findall(text))


def _in_dockerfile(text: str) -> Iterator[str]:
    joined = text.replace("\\\n", " ")
    for step in re.findall(r"^RUN (.*)$", joined, re.MULTILINE):
        yield from (part.strip() for part in step.split("&&"))
    for step in re.findall(r"^CMD (.*)$", joined, re.MULTILINE):
        yield " ".join(yaml.safe_load(step))


def _in_yaml(text: str) -> Iterator[str]:
    """Yield the steps of CI, the entries of pre-commit and the commands of compose."""
    yield from _steps(yaml.safe_load(_JINJA.sub("x", text)))


def _steps(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "entry", "command", "test") and isinstance(value, str):
                yield value
            elif key == "script":
                yield from value
            elif key == "test":
                yield " ".join(value)
            else:
                yield from _steps(value)
    elif isinstance(node, list):
        for each in node:
            yield from _steps(each)


READERS = {
    "Makefile": _in_makefile,
    "Dockerfile": _in_dockerfile,
    "check.yml": _in_yaml,
    ".gitlab-ci.yml": _in_yaml,
    ".pre-commit-config.yaml": _in_yaml,
    "compose.yaml": _in_yaml,
}
