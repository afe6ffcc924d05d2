"""Every call that opens text names UTF-8, because the default depends on the terminal."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.snapshot import ROOT

FOLDERS = ("extensions", "tools", "updates", "template/src", "template/standard", "template/migrations")
TESTS = ("template/tests", "template/conftest.py")
METHODS = {"read_text", "write_text"}
PROCESSES = {"run", "Popen", "check_output", "check_call", "call"}
TEXT_MODES = set("rwxat+")
RELEASED = ROOT / "template/migrations/standard/s0003_queue.py"
"""A released step never changes, and this one reads only ASCII."""


def files(folders: tuple[str, ...]) -> list[Path]:
    found = [file for name in folders for file in [ROOT / name, *(ROOT / name).rglob("*.py")] if file.is_file()]
    return [file for file in found if "versions" not in file.parts and file != RELEASED]


def asking_the_terminal(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each call whose encoding depends on the terminal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (name := _risky(node)):
            given = {keyword.arg for keyword in node.keywords}
            if "encoding" not in given and None not in given:
                yield node.lineno, name


def _risky(call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in METHODS:
        # Positional arguments count too: read_text("utf-8"), write_text(text, "utf-8").
        return name if len(call.args) <= (name == "write_text") and not _is_distribution(call) else None
    if name == "open":
        return None if _is_no_text_file(call) else name
    if name in PROCESSES:
        wanted = {"text", "universal_newlines"}
        as_text = any(keyword.arg in wanted for keyword in call.keywords)
        return name if as_text else None
    return None


def _is_distribution(call: ast.Call) -> bool:
    """True for importlib.metadata's read_text, which takes a file's name and reads UTF-8."""
    return bool(call.args) and isinstance(call.func, ast.Attribute) and call.func.attr == "read_text"


def _is_no_text_file(call: ast.Call) -> bool:
    """True for binary files, and for calls that open no file: os.open(path, flags), sealer.open(text)."""
    is_method = isinstance(call.func, ast.Attribute)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(owner, ast.Name) and owner.id[0].isupper() and owner.id != "Path":  # a method of another class
        return True
    given = [*call.args[0 if is_method else 1 :][:1], *(k.value for k in call.keywords if k.arg == "mode")]
    modes = [mode.value for mode in given if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
    return len(modes) < len(given) or not all(set(mode) <= TEXT_MODES for mode in modes)


@pytest.mark.parametrize("file", files(FOLDERS), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_call_asks_the_terminal(file: Path) -> None:
    assert [*asking_the_terminal(file.read_text(encoding="utf-8"))] == []


def test_neither_do_the_tests() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in files(TESTS)
        for line, name in asking_the_terminal(file.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_what_the_released_step_reads_is_the_same_everywhere() -> None:
    assert RELEASED.with_suffix(".sql").read_bytes().isascii()


@pytest.mark.parametrize(
    "call",
    [
        "file.read_text()",
        "file.write_text(text)",
        "file.open()",
        "file.open('w')",
        "open(file)",
        "open(file, 'r')",
        "open(file, mode='a')",
        "subprocess.run(command, text=True)",
        "subprocess.Popen(command, universal_newlines=True)",
    ],
)
def test_each_kind_of_call_is_seen(call: str) -> None:
    assert [line for line, _ in asking_the_terminal(call)] == [1]


@pytest.mark.parametrize(
    "call",
    [
        "file.read_text('utf-8')",
        "file.write_text(text, encoding='utf-8')",
        "file.open('rb')",
        "open(file, 'wb')",
        "os.open(file, os.O_RDONLY)",
        "self.sealer.open(sealed)",
        "Arena.open()",
        "subprocess.run(command, encoding='utf-8')",
        "file.read_bytes()",
    ],
)
def test_others_are_left_alone(call: str) -> None:
    assert [*asking_the_terminal(call)] == []
