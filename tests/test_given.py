"""Wrong --data and --data-file give a message, and refusals at the prompt fit on the screen."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.modules.given import given_problems
from extensions.modules.prompt import lines_of
from extensions.modules.ready_made import choices
from tests import test_fields, test_validation
from tools.snapshot import ROOT

QUESTIONS = {
    name: said
    for name, said in yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8")).items()
    if not name.startswith("_") and said.get("when") is not False
}
COLUMNS = 80

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown question": ({"custom_module": "boats"}, "custom_module: there is no such question: use custom_modules"),
    "a former question": ({"python": "3.12"}, "python: there is no such question: use python_version"),
    "a computed one": ({"module_specs": []}, "module_specs: there is no such question: use "),
    "an unknown choice": (
        {"ci": "gitlabs"},
        "ci: 'gitlabs' is no choice: use gitlab, or another of github, gitlab, none",
    ),
    "another unknown choice": (
        {"license": "WTFPL"},
        "license: 'WTFPL' is no choice: use one of Proprietary, MIT, Apache-2.0, BSD-3-Clause",
    ),
    "a number as a choice": (
        {"python_version": 3.9},
        "python_version: 3.9 is no choice: use one of 3.12, 3.13, 3.14",
    ),
    "no text": ({"project_name": ["a"]}, "project_name: ['a'] is no text: write it on one line, in quotes"),
    "nothing": ({"description": None}, "description: nothing is given: write an answer, or leave the line out"),
    "an unknown module": ({"modules": ["billing"]}, "modules: 'billing' is no ready-made module: there are "),
}


class TestGiven:
    @pytest.mark.parametrize("what", WRONG)
    def test_is_refused(self, what: str) -> None:
        given, sentence = WRONG[what]

        (found,) = given_problems(given)

        assert found.startswith(sentence)

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_is_refused_with_a_slip_of_the_pen(self, question: str) -> None:
        (found,) = given_problems({question[:-1]: "x"})

        assert found == f"{question[:-1]}: there is no such question: use {question}"

    def test_is_accepted_with_every_choice(self) -> None:
        assert given_problems({"python_version": 3.13, "modules": "[files]", "ci": "none", "_commit": "v1.0.0"}) == []

    @pytest.mark.parametrize("option", ["--data-file", "--data-file="])
    def test_has_no_key_twice(self, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "answers.yml"
        file.write_text("custom_modules:\n  boats:\n    fields:\n      name: str\n      name: int\n")
        words = [f"{option}{file}"] if option.endswith("=") else [option, str(file)]
        monkeypatch.setattr(sys, "argv", ["copier", "copy", *words])

        assert given_problems({"custom_modules": {}}) == [
            f"{file}: line 5, column 7: 'name' is written twice: leave one out"
        ]


class TestHelp:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_fits_the_screen(self, question: str) -> None:
        """This includes the sign that Copier puts before the message."""
        lines = [*QUESTIONS[question]["help"].splitlines(), str(QUESTIONS[question].get("placeholder", ""))]

        assert max(map(len, lines)) + len("🎤  ") < COLUMNS

    @pytest.mark.parametrize("label", yaml.safe_load(choices()))
    def test_of_a_choice_fits_the_screen(self, label: str) -> None:
        assert len(f" » ○ {label}") < COLUMNS


def refusals() -> list[str]:
    fields = [f"invoices.{line.partition(':')[0]}: {sentence}" for line, sentence in test_fields.WRONG.items()]
    return [*test_validation.WRONG.values(), *fields]


class TestRefusal:
    @pytest.mark.parametrize("sentence", refusals())
    def test_fits_the_screen_with_its_cure(self, sentence: str) -> None:
        first, *rest = lines_of("custom_modules", sentence, COLUMNS)

        assert "".join([first, *rest]).replace(" ", "") == sentence.replace(" ", "")
        assert len("Validation error for question 'custom_modules': ") + len(first) < COLUMNS
        assert [line for line in rest if len(line) >= COLUMNS] == []
