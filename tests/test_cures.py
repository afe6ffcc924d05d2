"""Every message of `make update` and its siblings, `app serve` and `app doctor` says what to do.

The messages are found in the sources, so a new one is looked at too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
SOURCES = sorted(
    file
    for folder in ("standard", "src/app/cli", "src/app/database", "src/app/bootstrap.py", "src/app/worker.py")
    for file in ((TEMPLATE / folder).rglob("*.py") if (TEMPLATE / folder).is_dir() else [TEMPLATE / folder])
)
RAISED = {"Problem", "CannotStart", "NoConnection", "EmbeddedDatabaseUnavailable", "FolderOfSomebodyElse"}
FINDING = "Finding"
SENTENCES = {
    "connecting.py": {"explain", "_password", "_not_let_in", "_database", "_privilege", "_full", "_starting"}
    | {"_pooler", "_host", "_silent", "_nobody"},
    "aside.py": {"_put_back"},
    "embedded.py": {"_why_not"},
}
"""Functions that return a message, by file."""
PASSED_ON = {
    "standard/update.py: '\\n'.join(problems)": "of aside.py",
    "src/app/database/embedded.py: str(error)": "of embedded_paths.py",
    "src/app/database/embedded.py: _why_not(folder, error, complaints.last)": "of _why_not",
    "src/app/database/connecting.py: f'{variable}: {explain(url, error)}'": "of explain",
    "src/app/cli/_start.py: f'Port {port} {said}'": "of PORT_REASONS",
    "src/app/database/schema/guarantees/_finding.py: *row": "SQL, of the queries",
    "src/app/cli/_doctor.py: Finding(f'the mail server {mail.host}:{mail.port}', 'does not answer', fix)": "above it",
    "src/app/cli/_doctor.py: Finding(fault.variable, fault.problem.rstrip('.'), fault.fix)": "of settings",
    "src/app/cli/_doctor.py: Finding(role.variable, 'cannot be used', str(error))": "of connecting.py",
}
"""Messages that are made elsewhere, with the place."""
ADVICE = re.compile(
    r"\b(make|app|uv) [a-z]|\bgit (add|init|log|reset|fetch|update-index)\b|docs/[\w-]+\.md|\.sql\b"
    r"|\b(set|put|take|check|try|use|run|write|say|leave|save|install|raise|lower|edit|keep|remove|let|drop)\b"
    r"|\b(revoke|unprotect|psql|work in|end that|give it)\b",
    re.IGNORECASE,
)


def messages() -> Iterator[tuple[str, str]]:
    """Yield each message's place and text, without what is filled in."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in SOURCES}
    everywhere = {name: text for tree in trees.values() for name, text in _constants(tree)}
    for file, tree in trees.items():
        path, constants = file.relative_to(TEMPLATE).as_posix(), everywhere | dict(_constants(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                yield from _of_call(path, node, constants)
            elif isinstance(node, ast.FunctionDef) and node.name in SENTENCES.get(file.name, ()):
                yield from _of_function(path, node, constants)


def _of_call(path: str, call: ast.Call, constants: dict[str, str]) -> Iterator[tuple[str, str]]:
    name = getattr(call.func, "id", "")
    if name in RAISED:
        written, said = ast.unparse(call.args[0]), call.args[0]
    elif name == FINDING:
        written, said = ast.unparse(call if len(call.args) == 3 else call.args[0]), call.args[-1]
    else:
        return
    if f"{path}: {written}" not in PASSED_ON:
        yield f"{path}:{call.lineno}", _text(said, constants)


def _of_function(path: str, function: ast.FunctionDef, constants: dict[str, str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value and (text := _text(node.value, constants).strip()):
            yield f"{path}:{node.lineno}", text


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the texts of the file's constants, and those that its functions return."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            yield f"{node.name}()", " ".join(_text(each, {}) for each in returned)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, _text(node.value, {})


def _text(node: ast.AST, constants: dict[str, str]) -> str:
    """Return all text in the expression, including that of constants and of functions that it calls."""
    parts = []
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            parts.append(each.value)
        elif isinstance(each, ast.Name) and each.id.isupper():
            parts.append(constants.get(each.id, ""))
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            parts.append(constants.get(f"{each.func.id}()", ""))
    return " ".join(parts)


MESSAGES = list(messages())


def test_are_found() -> None:
    files = {Path(place.rpartition(":")[0]).name for place, _ in MESSAGES}

    assert {"update.py", "settle.py", "aside.py", "git.py", "_start.py", "_doctor.py", "connecting.py"} <= files
    assert len(MESSAGES) > 45


@pytest.mark.parametrize(("place", "text"), MESSAGES, ids=[place for place, _ in MESSAGES])
def test_says_what_to_do(place: str, text: str) -> None:
    assert ADVICE.search(text), f"{place}: {text!r} does not say what to do"


def test_of_a_port_says_what_to_do() -> None:
    tree = ast.parse((TEMPLATE / "src/app/cli/_start.py").read_text(encoding="utf-8"))
    reasons = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PORT_REASONS"
    )
    assert isinstance(reasons, ast.Dict)
    for each in reasons.values:
        assert ADVICE.search(_text(each, {})), ast.unparse(each)


def test_says_too_little() -> None:
    """The check is no formality."""
    for text in ("Copier failed, its reason is above.", "git clone failed: no", "is no address of this machine"):
        assert not ADVICE.search(text), text
