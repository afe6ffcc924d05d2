"""Custom modules cannot have names of the standard, and every suggested name is valid."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from extensions.modules import reserved_names, validation
from extensions.modules.fields.field import KINDS
from extensions.modules.fields.names import _OF_EVERY_ROW, _OF_THE_CLASSES, _OF_THE_FILES, SQL_WORDS
from extensions.modules.names import names_of
from extensions.modules.ready_made import NAMES as READY_MADE
from tests.updates.guards.answers import WORDS
from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
_SUGGESTION = re.compile(r"such as:? (\w+)")


def sources(folder: str) -> Iterator[Path]:
    for file in sorted((TEMPLATE / folder).rglob("*.py")):
        path = file.relative_to(TEMPLATE).as_posix()
        if "/tests/" not in path and "{" not in path and "/widgets/" not in path and "/versions/" not in path:
            yield file


def trees() -> Iterator[ast.AST]:
    for folder in ("src/app", "migrations"):
        yield from (ast.parse(file.read_text(encoding="utf-8")) for file in sources(folder))


def called(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
            yield node


def texts(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def assigned(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield names in classes, with their string values."""
    for node in ast.walk(tree):
        for line in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                yield from ((line.targets[0].id, text) for text in texts([line.value]))


def found_by(kind: str) -> set[str]:
    """Find the same names with Python's own parser."""
    match kind:
        case "folder":
            return {file.name for file in (TEMPLATE / "src/app/modules").iterdir() if file.is_dir()} - {
                *(name for name in ("widgets", "__pycache__")),
                *(file.name for file in (TEMPLATE / "src/app/modules").iterdir() if "{" in file.name),
            }
        case "table":
            mapped = {text for tree in trees() for name, text in assigned(tree) if name == "__tablename__"}
            return mapped | {
                text for tree in trees() for call in called(tree, "create_table") for text in texts(call.args[:1])
            }
        case "class":
            return {
                node.name
                for tree in trees()
                for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef) and any(name == "__tablename__" for name, _ in assigned(node))
            }
        case "event":
            return {
                text.split(".")[0]
                for tree in trees()
                for name, text in assigned(tree)
                if name == "name" and "." in text
            }
        case "permission":
            return {
                text.split(":")[0]
                for tree in trees()
                for name, text in assigned(tree)
                if name.isupper() and re.fullmatch(r"\w+:\w+", text)
            }
        case "job":
            keywords = (key for tree in trees() for call in called(tree, "job") for key in call.keywords)
            return {text.split(".")[0] for key in keywords if key.arg == "name" for text in texts([key.value])}
        case _:
            keywords = (key for tree in trees() for call in called(tree, "APIRouter") for key in call.keywords)
            prefixes = {text for key in keywords if key.arg == "prefix" for text in texts([key.value])}
            return {prefix.split("/")[1].replace("-", "_") for prefix in prefixes}


KINDS_OF_NAMES = ("folder", "table", "class", "event", "permission", "job", "url")


class TestWhatTheStandardHas:
    @pytest.mark.parametrize("kind", KINDS_OF_NAMES)
    def test_is_found_in_its_sources(self, kind: str) -> None:
        found = found_by(kind)

        assert len(found) >= 5
        assert found <= set(reserved_names.owners_by_name())

    @pytest.mark.parametrize("name", sorted({name for kind in KINDS_OF_NAMES for name in found_by(kind)}))
    def test_is_refused(self, name: str) -> None:
        word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()

        assert validation.modules_problems(word), word
        assert validation.modules_problems(names_of(word).singular), word

    @pytest.mark.parametrize("name", sorted(READY_MADE))
    def test_is_a_ready_made_modules(self, name: str) -> None:
        assert "kept for a ready-made module" in validation.modules_problems(name)[0]

    @pytest.mark.parametrize("name", sorted(reserved_names.AHEAD))
    def test_may_come(self, name: str) -> None:
        assert validation.modules_problems(name)

    @pytest.mark.parametrize("name", sorted({*reserved_names.AHEAD, "identities", "api_keys", "members", "deliveries"}))
    def test_stays_in_a_project_that_has_it(self, name: str) -> None:
        assert validation.modules_problems(f"{name}, boats", stored=name) == []

    def test_leaves_the_words_of_a_business(self) -> None:
        assert validation.modules_problems(", ".join(WORDS)) == []


def refused_names() -> list[str]:
    """Return one name for each kind of reason, and all reserved names."""
    words = {
        *reserved_names.owners_by_name(),
        *reserved_names.AHEAD,
        *reserved_names.PROJECT,
        *reserved_names.KEYWORDS,
        *SQL_WORDS,
    }
    words |= {
        word for word in reserved_names.BUILTINS | reserved_names.STANDARD_LIBRARY if re.fullmatch(r"[a-z]\w+", word)
    }
    return sorted(word for word in {word.lower() for word in words - {"_"}} if validation.modules_problems(word))


class TestSuggestions:
    def test_of_modules_are_accepted(self) -> None:
        names = refused_names()
        suggestions = {name: _SUGGESTION.findall(validation.modules_problems(name)[0]) for name in names}

        assert len(names) > 400
        assert {name for name, found in suggestions.items() if not found and len(name) < 24} == set()
        assert {
            name: found for name, found in suggestions.items() if found and validation.modules_problems(found[0])
        } == {}

    @pytest.mark.parametrize("name", ["größen", "Häuser", "señales", "Œuvres", "Łodzie"])
    def test_of_other_alphabets_are_accepted(self, name: str) -> None:
        (sentence,) = validation.modules_problems(name)
        (suggestion,) = _SUGGESTION.findall(sentence)

        assert validation.modules_problems(suggestion) == []

    def test_are_no_other_module(self) -> None:
        (sentence,) = validation.modules_problems("clients, services_of_it, users")

        assert sentence.endswith("such as: our_users")

    @pytest.mark.parametrize("module", ["invoices", "owners", "statuses", "news", "electronic_health_record_notes"])
    @pytest.mark.parametrize("kind", ["str", "date", "ref users", "decimal(9, 2)", "enum(a, b)"])
    def test_of_fields_are_accepted(self, module: str, kind: str) -> None:
        words = {
            *_OF_EVERY_ROW,
            *_OF_THE_CLASSES,
            *_OF_THE_FILES,
            *SQL_WORDS,
            *reserved_names.KEYWORDS,
            "model_name",
            "owner_id",
        }
        words |= {word for word in reserved_names.BUILTINS if re.fullmatch(r"[a-z]\w+", word)} | {
            module,
            names_of(module).singular,
        }
        refused = {
            name: sentence
            for name in sorted(words)
            for sentence in validation.modules_problems({module: {"fields": {name: kind}}})
        }

        assert len(refused) > 40 or kind == "ref users"
        for name, sentence in refused.items():
            for suggestion in _SUGGESTION.findall(sentence):
                assert validation.modules_problems({module: {"fields": {suggestion: kind}}}) == [], (name, suggestion)

    @pytest.mark.parametrize("value", ["PG-13", "Draft", "not yet", "1st", "größe", "A/B"])
    def test_of_values_are_not_needed(self, value: str) -> None:
        assert validation.modules_problems({"films": {"fields": {"rating": f"enum({value}, other)"}}}) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_of_types_are_accepted(self, kind: str) -> None:
        (sentence,) = validation.modules_problems({"films": {"fields": {"rating": f"{kind}x"}}})
        suggestion = sentence.partition(": use ")[2].partition(", or another")[0]

        assert validation.modules_problems({"films": {"fields": {"rating": suggestion}}}) == []
