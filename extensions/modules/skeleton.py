"""A custom module's files: those of the skeleton, `template/src/app/modules/widgets`, in the module's own words."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .layout import lay_out
from .names import Names

SKELETON = Path(__file__).parents[2] / "template/src/app/modules/widgets"

# Where sentences are: in Python (and TOML) strings and comments, as ruff writes them; in Markdown what is no code.
_STRING_OR_COMMENT = re.compile(r'("""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*)')
_MARKDOWN_CODE = re.compile(r"(```[\s\S]*?```|`[^`\n]*`|\]\([^)\n]*\))")
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|TABLE|POLICY)\b")

# A word of a sentence touches nothing that belongs to code.
_WORD = re.compile(r"(?P<article>\b[Aa]n? )?(?<![\w./:{@`\[-])(?P<word>[Ww]idgets?)(?![\w/:{`(=\[]|\.\w|-\w)")
_URL = re.compile(r"""(?<=["'`])/widgets(?![a-z_])|(?<=/api/v1)/widgets(?![a-z_])""")


def render(names: Names, file: str) -> str:
    """The skeleton's file, for example `services.py` or `tests/test_services.py`, for a module of these names."""
    renamed = rename(names, file)
    return lay_out(renamed) if file.endswith(".py") else renamed


def rename(names: Names, file: str) -> str:
    """The same, with its lines broken where the skeleton has them."""
    source = (SKELETON / file).read_text(encoding="utf-8")
    return rename_markdown(source, names) if file.endswith(".md") else rename_python(source, names)


def clashes(names: Names) -> set[str]:
    """Names in the skeleton's files that a module of these names would use twice in one file."""
    forms = {
        "widget": names.singular,
        "widgets": names.plural,
        "Widget": names.class_name,
        "Widgets": names.plural_class_name,
    }
    return {form for used in _names_by_file() for word, form in forms.items() if {word, form} <= used}


@cache
def _names_by_file() -> list[frozenset[str]]:
    return [frozenset(_used(ast.parse(file.read_text(encoding="utf-8")))) for file in SKELETON.rglob("*.py")]


def _used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name


def rename_python(source: str, names: Names) -> str:
    parts = _STRING_OR_COMMENT.split(source)
    parts[1::2] = [_sentence(part, names) if _is_sentence(part) else part for part in parts[1::2]]
    return _code("".join(parts), names)


def rename_markdown(source: str, names: Names) -> str:
    parts = _MARKDOWN_CODE.split(source)
    parts[0::2] = [_sentence(part, names) for part in parts[0::2]]
    return _code("".join(parts), names)


def _is_sentence(text: str) -> bool:
    return text.startswith(('"""', "#")) or (" " in text and not _SQL.search(text))


def _sentence(text: str, names: Names) -> str:
    return _WORD.sub(lambda found: _label(found, names), text)


def _label(found: re.Match[str], names: Names) -> str:
    article, word = found["article"] or "", found["word"]
    if word[0] == "W" and not _starts_sentence(found):
        return found[0]
    if article and word == "widget":
        label = names.label_with_article
    else:
        label = article + (names.plural_label if word.lower() == "widgets" else names.label)
    return label[0].upper() + label[1:] if found[0][0].isupper() else label


def _starts_sentence(found: re.Match[str]) -> bool:
    """A capital in the middle of a sentence is the class, and stays one."""
    before = found.string[: found.start()].rstrip(" *_")
    return not before or before[-1] in '"#.!?:|\n-'


def _code(text: str, names: Names) -> str:
    text = _URL.sub(f"/{names.url}", text)
    for word, form in {
        "widgets": names.plural,
        "widget": names.singular,
        "WIDGETS": names.plural.upper(),
        "WIDGET": names.singular.upper(),
    }.items():
        text = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", form, text)
    text = re.sub(r"Widgets(?![a-z])", names.plural_class_name, text)
    return re.sub(r"Widget(?![a-z])", names.class_name, text)
