"""No test relies on time that passes: it waits for what it needs, and gives a busy machine long enough."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.snapshot import ROOT, git

SHORT = 1.0
PATIENT = 20
LIMITS = (
    "timeout",
    "timeout_seconds",
    "patience_seconds",
    "statement_timeout_seconds",
    "head_seconds",
    "stalled_seconds",
)
CLIENTS = ("AsyncClient", "httpx.Client", "httpx.get", "httpx.post", "HTTPConnection", "urlopen")
HOW = "wait in a loop for what the test needs, or say in a comment on the line why any time will do"


def files_of_tests() -> list[Path]:
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py").splitlines()
    return [
        ROOT / name for name in listed if "tests/" in name and "/benchmarks/" not in name and (ROOT / name).is_file()
    ]


def short_sleeps(text: str) -> Iterator[int]:
    """Yield the lines of sleeps that are short, in no loop that polls, and without a reason beside them."""
    tree, lines = ast.parse(text), text.splitlines()
    polling = {
        id(node)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While) or (isinstance(loop, ast.For) and _returns(loop))
        for node in ast.walk(loop)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("sleep") or not node.args:
            continue
        seconds = getattr(node.args[0], "value", None)
        is_long = isinstance(seconds, (int, float)) and (seconds == 0 or seconds >= SHORT)
        if id(node) not in polling and not is_long and "# " not in lines[node.lineno - 1]:
            yield node.lineno


def _returns(loop: ast.For) -> bool:
    """True for a loop of attempts, which ends with the first that succeeds."""
    return any(isinstance(node, (ast.Return, ast.Break)) for node in ast.walk(loop))


def test_have_no_sleep_that_must_be_long_enough() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in files_of_tests()
        for line in short_sleeps(file.read_text(encoding="utf-8"))
    ]

    assert not found, f"{HOW}:\n" + "\n".join(found)


def impatient_calls(text: str) -> Iterator[int]:
    """Yield the lines of clients of real servers that wait for a few seconds, as httpx does by itself, and of other
    short limits of time, unless a comment beside them says why any time will do.
    """
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or "# " in lines[node.lineno - 1]:
            continue
        given = {each.arg: each.value for each in node.keywords}
        name = ast.unparse(node.func)
        is_client = name.endswith(CLIENTS) and "transport" not in given
        limits = [given[each] for each in LIMITS if each in given]
        limits += node.args[:1] if name == "asyncio.timeout" else []
        is_short = any(_seconds(each) < PATIENT for each in limits)
        if (is_client and "timeout" not in given) or is_short:
            yield node.lineno


def _seconds(limit: ast.expr) -> float:
    """Return a limit of time that stands there as a number; other limits count as long."""
    value = getattr(limit, "value", None)
    return value if isinstance(value, (int, float)) else PATIENT


def test_wait_long_enough_for_a_busy_machine() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in files_of_tests()
        for line in impatient_calls(file.read_text(encoding="utf-8"))
    ]

    assert not found, f"wait {PATIENT} seconds or more, or say in a comment on the line why:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("httpx.AsyncClient(base_url=url)", [1]),
        ("httpx.AsyncClient(base_url=url, timeout=5)", [1]),
        ("urlopen(url, timeout=3)", [1]),
        ("asyncio.timeout(1)", [1]),
        ("thread.join(timeout=0.3)", [1]),
        ("Settings(timeout_seconds=1)", [1]),
        ("asyncio.timeout(seconds)", []),
        ("httpx.AsyncClient(transport=ASGITransport(app))", []),
        ("httpx.AsyncClient(base_url=url, timeout=60)", []),
        ("asyncio.timeout(30)", []),
        ("asyncio.timeout(0.05)  # either before or while it runs", []),
    ],
)
def test_tell_impatient_calls(text: str, lines: list[int]) -> None:
    assert list(impatient_calls(text)) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("await asyncio.sleep(0.1)", [1]),
        ("time.sleep(seconds)", [1]),
        ("await asyncio.sleep(60)", []),
        ("await asyncio.sleep(0)", []),
        ("while not ready():\n    time.sleep(0.1)", []),
        ("for _ in range(9):\n    time.sleep(0.1)", [2]),
        ("await asyncio.sleep(0.1)  # at least", []),
    ],
)
def test_are_told_from_harmless_ones(text: str, lines: list[int]) -> None:
    assert list(short_sleeps(text)) == lines
