"""A rendering depends only on the answers, because updates render old releases again, years later and elsewhere."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .source import Source

RESTLESS = {
    "datetime",
    "getpass",
    "glob",
    "http",
    "importlib",
    "locale",
    "os",
    "platform",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "tempfile",
    "time",
    "urllib",
    "uuid",
    "zoneinfo",
}
# Allowed: loading the extension and its sources, Python's own names, validating answers (also dates and UUIDs in them),
# the message after a copy, and whether Copier has to tell git of executable files.
MAY = {
    ("_sources.py", "importlib"),
    ("_sources.py", "sys"),
    ("plurals.py", "importlib"),
    ("file_mode.py", "subprocess"),
    ("file_mode.py", "sys"),
    ("given.py", "sys"),
    ("origin.py", "subprocess"),
    ("prompt.py", "sys"),
    ("standard.py", "importlib"),
    ("standard.py", "sys"),
    ("reserved_names.py", "sys"),
    ("values.py", "datetime"),
    ("values.py", "uuid"),
}
RESTLESS_CALLS = {
    "__import__",
    "cwd",
    "environ",
    "eval",
    "exec",
    "getenv",
    "hash",
    "home",
    "id",
    "st_mtime",
    "today",
    "now",
}
RESTLESS_VALUES = re.compile(
    r"\{[{%][^}]*\b(now|strftime|random|ans_random|uuid|shuffle|dst_path|src_path|_folder_name|sep|_copier_python)\b"
)
BESIDE_COPIER = {
    "copier",
    "copier_template_extensions",
    "inflect",
    "jinja2",
    "pathspec",
    "plumbum",
    "typeguard",
    "yaml",
}
FIXED = ("_subdirectory", "_templates_suffix", "_envops", "_jinja_extensions")
# Block settings of _envops concern only files of new modules, which become the client's at once.
ABOUT_BLOCKS = {"trim_blocks", "lstrip_blocks"}
KNOWN = {
    *FIXED,
    "_exclude",
    "_message_after_copy",
    "_message_after_update",
    "_migrations",
    "_min_copier_version",
}


def settings_are_known(before: Source, after: Source) -> Iterator[str]:
    for name in sorted(name for name in after.settings if name.startswith("_")):
        if name == "_tasks":
            yield "_tasks run three times in an update, twice in a temporary folder: have none"
        elif name not in KNOWN:
            yield f"{name} is a setting of Copier that no test of updates knows"
    for name in FIXED:
        if _fixed(after, name) != _fixed(before, name):
            yield f"{name} is another one: older releases are rendered with theirs, in the same update"


def _fixed(source: Source, name: str) -> Any:
    said = source.settings.get(name)
    return {key: said[key] for key in said.keys() - ABOUT_BLOCKS} if isinstance(said, dict) else said


def extensions_know_nothing_of_the_machine(_: Source, after: Source) -> Iterator[str]:
    for file in after.python_files("extensions"):
        for node in ast.walk(ast.parse(file.read_text())):
            for name in _imported(node):
                if name in RESTLESS and (file.name, name) not in MAY:
                    yield f"{file.name} imports {name}: what is rendered may not depend on it"
            name = _named(node)
            if name in RESTLESS_CALLS:
                yield f"{file.name} asks for {name}: what is rendered may not depend on it"


def files_know_nothing_of_the_machine(_: Source, after: Source) -> Iterator[str]:
    for path in after.sources:
        if path.endswith(".jinja") and (found := RESTLESS_VALUES.search(after.text(f"template/{path}"))):
            yield f"{Path(path).name} prints {found[1]}: a date, something random, or a folder of this machine"


def imports_are_there(_: Source, after: Source) -> Iterator[str]:
    """Check imports where Copier runs: only the standard library and the packages that `make update` installs."""
    standard = sys.stdlib_module_names
    for folder, own in (("extensions", {"extensions"}), ("updates", {"extensions", "template", "updates"})):
        for file in after.python_files(folder):
            for node in ast.walk(ast.parse(file.read_text())):
                for name in set(_imported(node)) - standard - BESIDE_COPIER - own:
                    yield f"{file.name} imports {name}, which is not beside Copier in a project's update"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def _named(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


RULES = (
    settings_are_known,
    extensions_know_nothing_of_the_machine,
    files_know_nothing_of_the_machine,
    imports_are_there,
)
