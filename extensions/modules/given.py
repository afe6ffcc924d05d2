"""Validate --data and --data-file before Copier reads them, so that mistakes give messages and not tracebacks."""

import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from ._sources import load_source
from .ready_made import ready_made_problem

_COPIER_YML = Path(__file__).parents[2] / "copier.yml"
_DATA_FILE = "--data-file"


def given_problems(given: Mapping[str, Any]) -> list[str]:
    questions = _questions()
    return [
        *(f"{file}: {text}" for file in _data_files() if (text := _text_problem(file))),
        *(_unknown(name, questions) for name in given if name not in questions and not name.startswith("_")),
        *(f"{name}: {text}" for name, text in _wrong(given, questions)),
    ]


def _questions() -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(_COPIER_YML.read_text(encoding="utf-8"))
    return {name: about for name, about in settings.items() if name[0] != "_" and about.get("when") is not False}


def _unknown(name: str, questions: Mapping[str, Any]) -> str:
    near = get_close_matches(name, questions, 1)
    return f"{name}: there is no such question: use {near[0] if near else 'one of ' + ', '.join(questions)}"


def _wrong(given: Mapping[str, Any], questions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, about in questions.items():
        check = _CHECKS.get(name, _choice_problem if about.get("choices") else _line_problem)
        if name in given and (text := check(given[name], about)):
            yield name, text


def _line_problem(answer: object, _: Mapping[str, Any]) -> str:
    if answer is None:
        return "nothing is given: write an answer, or leave the line out"
    if not isinstance(answer, (str, int, float)):
        return f"{answer!r} is no text: write it on one line, in quotes"
    return ""


def _choice_problem(answer: object, about: Mapping[str, Any]) -> str:
    offered = about["choices"]
    known = [str(each) for each in (offered.values() if isinstance(offered, Mapping) else offered)]
    if str(answer) in known:
        return ""
    near = get_close_matches(str(answer), known, 1)
    return f"{answer!r} is no choice: use {near[0] + ', or another' if near else 'one'} of {', '.join(known)}"


def _modules_problem(answer: object, _: Mapping[str, Any]) -> str:
    return ready_made_problem(answer)


def _no_problem(_: object, __: Mapping[str, Any]) -> str:
    """Accept anything: `module_specs` validates this answer, because it needs the stored one."""
    return ""


_CHECKS: Mapping[str, Callable[[object, Mapping[str, Any]], str]] = {
    "modules": _modules_problem,
    "custom_modules": _no_problem,
}


def _text_problem(file: Path) -> str:
    """Report duplicate keys, which Copier does not: it keeps the last one, so the file is parsed again here."""
    descriptions = load_source("standard/descriptions.py")
    try:
        descriptions.load(file.read_text(encoding="utf-8"))
    except (OSError, descriptions.Unreadable) as error:
        return str(error)
    return ""


def _data_files() -> Iterator[Path]:
    """Yield the paths after --data-file on Copier's command line."""
    if Path(sys.argv[0]).stem not in ("copier", "__main__"):
        return
    for number, word in enumerate(sys.argv[1:], 1):
        if word == _DATA_FILE and number + 1 < len(sys.argv):
            yield Path(sys.argv[number + 1])
        elif word.startswith(f"{_DATA_FILE}="):
            yield Path(word.removeprefix(f"{_DATA_FILE}="))
