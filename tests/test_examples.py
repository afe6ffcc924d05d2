"""Every module description that a page, a help text or a docstring shows is valid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent
from typing import Any

import pytest
import yaml

from extensions.modules.answer import read
from extensions.modules.fields import modules_of
from extensions.modules.validation import modules_problems
from template.standard.descriptions import load
from tools.snapshot import ROOT, git

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_MAKE = re.compile(r"""(?:make module|or) m=(?:'([^']*)'|"([^"]*)"|([^\s,`']+))""")
_SUCH_AS = re.compile(r"such as: ([a-z_]+(?:(?:, |/)[a-z_]+)*)$", re.M)
_BRACES = re.compile(r"\{\w+: \{(?:fields|plural):")
# Modules that examples refer to, and define elsewhere on their page.
_AROUND = {"clients": {"fields": {"name": "str"}}, "users_of_it": None}


@dataclass(frozen=True)
class Example:
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {' '.join(self.text.split())[:50]}"


def pages() -> list[str]:
    listed = git(
        ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":!tests", ":!uv.lock"
    )
    return [name for name in listed.split("\0") if name.endswith((".md", ".py", ".yml", ".jinja")) and in_use(name)]


def in_use(name: str) -> bool:
    return (ROOT / name).is_file() and "/tests/" not in name


def examples() -> Iterator[Example]:
    for name in pages():
        text = (ROOT / name).read_text(encoding="utf-8")
        yield from (Example(name, example) for example in sorted(set(_examples(name, text))))


def _examples(name: str, text: str) -> Iterator[str]:
    for found in _MAKE.finditer(text):
        example = found[1] or found[2] or found[3]
        if "$" not in example and not example.endswith((".yml", "…")):
            yield example
    yield from _in_braces(text)
    yield from _SUCH_AS.findall(text) if name == "copier.yml" else ()
    if name.endswith(".md"):
        yield from (body for language, body in _FENCE.findall(text) if language == "yaml" and _is_description(body))


def _in_braces(text: str) -> Iterator[str]:
    """Yield the texts from an opening brace to its closing one."""
    for found in _BRACES.finditer(text):
        rest, depth = text[found.start() :], 0
        for position, character in enumerate(rest):
            depth += (character == "{") - (character == "}")
            if not depth:
                yield rest[: position + 1]
                break


def _is_description(body: str) -> bool:
    return "fields:" in body or "custom_modules:" in body


def answer_in(text: str) -> Any:
    said = load(text)
    return said["custom_modules"] if isinstance(said, dict) and "custom_modules" in said else text


def with_what_is_around(text: str) -> Any:
    said = load(text)
    return {**_AROUND, **said} if isinstance(said, dict) else said


EXAMPLES = [example for example in examples() if "…" not in example.text]


def test_are_found_where_they_are_shown() -> None:
    paths = {example.path for example in EXAMPLES}

    assert {
        "README.md",
        "copier.yml",
        "extensions/modules/answer.py",
        "template/docs/adding-a-module.md",
        "template/standard/module.py",
        "template/standard/descriptions.py",
    } <= paths


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_is_read_and_accepted(example: Example) -> None:
    answer = answer_in(example.text)
    described = with_what_is_around(answer) if isinstance(answer, str) else answer

    assert modules_problems(described) == []
    assert modules_of(read(answer))


@pytest.mark.parametrize(
    "example", [example for example in EXAMPLES if example.path in ("copier.yml", "README.md")], ids=str
)
def test_of_the_prompt_is_plain_yaml_too(example: Example) -> None:
    """Users copy it from the prompt into a file for --data-file, which Copier parses."""
    assert yaml.safe_load(example.text) == load(example.text)


def types_in_the_docs() -> list[str]:
    table = (ROOT / "template/docs/adding-a-module.md").read_text(encoding="utf-8").partition("| type |")[2]
    rows = (line for line in table.partition("\n\n")[0].splitlines() if line.startswith("| `"))
    return [written for row in rows for written in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize("written", types_in_the_docs())
def test_of_a_type_is_a_field(written: str) -> None:
    described = written.replace("(n)", "(9)").replace("(p, s)", "(9, 2)").replace("ref module", "ref users")
    described = described.replace("refs module", "refs boats")
    said = load(described) if described.startswith("{") else described

    boats = {"boats": {"fields": {"label": "str", "value_of_it": said}}}
    assert modules_problems(boats, ["files"]) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_is_read_from_a_file_after_a_bar(example: Example) -> None:
    """Copier parses the file, and hands the text on."""
    written = answer_in(example.text)
    file = yaml.safe_load("custom_modules: |\n" + indent(written if isinstance(written, str) else example.text, "  "))

    answer = answer_in(file["custom_modules"])
    assert modules_of(read(answer)) == modules_of(read(written))


def test_files_are_plain_yaml_too() -> None:
    """Copier parses what is in files."""
    for example in EXAMPLES:
        if "\n" in example.text:
            assert yaml.safe_load(example.text) == load(example.text), example
