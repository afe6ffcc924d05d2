"""Test the questionnaire, at the prompt and with --data."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

from tools.snapshot import ROOT, VERSION

COPIER = (str(Path(sys.executable).parent / "copier"), "copy", "--trust", "--vcs-ref", VERSION)
ASKED_AT_MOST = 12


def copy(template: Path, project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*COPIER, "--defaults", *options, str(template), str(project)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def answers_of(project: Path) -> dict[str, Any]:
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(answers, dict)
    return answers


QUESTIONS = {
    name: said
    for name, said in yaml.safe_load((ROOT / "copier.yml").read_text()).items()
    if not name.startswith("_") and said.get("when") is not False
}


class TestQuestions:
    def test_keep_their_names(self) -> None:
        assert list(QUESTIONS) == [
            "project_name",
            "project_slug",
            "description",
            "author_name",
            "author_email",
            "license",
            "python_version",
            "modules",
            "custom_modules",
            "ci",
            "deploy",
            "api_clients",
        ]

    def test_are_few(self) -> None:
        assert len(QUESTIONS) <= ASKED_AT_MOST

    @pytest.mark.parametrize("name", QUESTIONS)
    def test_explain_and_check_themselves(self, name: str) -> None:
        assert QUESTIONS[name]["help"]
        assert QUESTIONS[name].get("validator") or QUESTIONS[name].get("choices")


REFUSED_AT_THE_PROMPT = {
    "class": "'class' is a word of Python itself: use a longer name, such as: client_classes",
    "boats people": "'boats people' are 2 words: write boats, people for modules, or boats_people for one",
    "{boats: {fields: {weight: tons}}}": (
        "boats.weight: 'tons' is no type: use one of str(n), text, int, decimal(p, s), bool, date, datetime, uuid,"
        " email, url, json, enum(a, b), ref module"
    ),
    "{boats: {fields: {name: str}": "a bracket or a quote is not closed: close it",
    "{boats: {fields: {name: str, name: int}}}": "'name' is written twice: leave one out",
    "{boats: {fields: {skipper: ref captains}}}": (
        "boats.skipper: there is no module 'captains' to refer to: add it, or use one of boats, users"
    ),
}


def shown(sentence: str) -> str:
    """Return a pattern for the sentence on a screen of 80 columns, which breaks lines between any words."""
    return r"(?:\s|\x1b\[[\d;?]*[A-Za-z])+".join(map(re.escape, sentence.split()))


def refuses(prompt: Any, line: str, sentence: str) -> None:
    """Expect the sentence. Resizing forces a full redraw; otherwise the terminal omits unchanged text."""
    prompt.sendline(f"\x15{line}")
    for rows in [25, 24] * 10:
        prompt.setwinsize(rows, 80)
        if prompt.expect([shown(sentence), pexpect.TIMEOUT], timeout=2) == 0:  # tried twenty times
            return
    raise AssertionError(f"{sentence!r} is not on the screen after {line!r}")


class TestPrompt:
    def test_asks_again_with_a_sentence_and_goes_on(self, template: Path, tmp_path: Path) -> None:
        project = tmp_path / "project"
        prompt = pexpect.spawn(
            COPIER[0], [*COPIER[1:], str(template), str(project)], encoding="utf-8", timeout=30, dimensions=(24, 80)
        )
        prompt.expect("as people say it")
        prompt.sendline("\x15Blue Harbour")
        prompt.expect("for machines")
        prompt.sendline("")
        prompt.expect("in one sentence")
        prompt.sendline("")
        prompt.expect("Who makes it")
        prompt.sendline("")
        prompt.expect("e-mail address to reach")
        refuses(prompt, "ada", "'ada' is no e-mail address: give one such as ada@example.com, or leave it empty")
        prompt.sendline("\x15ada@example.com")
        prompt.expect("license it is under")
        prompt.sendline("")
        prompt.expect("Python of its containers")
        prompt.sendline("")
        prompt.expect("Ready-made modules")
        prompt.sendline("")
        prompt.expect("Your own modules")
        for line, sentence in REFUSED_AT_THE_PROMPT.items():
            refuses(prompt, line, sentence)
        prompt.sendline("\x15{people: {fields: {name: str, born_on: date?}}, rechnungen}")
        prompt.expect("Where the checks run")
        prompt.sendline("")
        prompt.expect("gets to its servers")
        prompt.sendline("")
        prompt.expect("Typed clients of its API")
        prompt.sendline("")
        prompt.expect("Blue Harbour is ready")
        prompt.expect(pexpect.EOF)

        assert answers_of(project)["project_slug"] == "blue-harbour"
        assert answers_of(project)["custom_modules"] == {
            "people": {"fields": {"name": "str", "born_on": "date?"}},
            "rechnungen": {"plural": "rechnungen"},
        }
        assert "born_on: Mapped[dt.date | None]" in (project / "src/app/modules/people/models.py").read_text()
        assert (project / "src/app/modules/rechnungen/models.py").exists()


class TestData:
    @pytest.mark.parametrize(
        ("option", "sentence"),
        [
            ("custom_modules=class", "custom_modules: 'class' is a word of Python itself: use a longer name"),
            ("custom_modules={a: 1}", "custom_modules: 'a' is followed by 1: write a: {fields: {…}}"),
            (
                "custom_modules={a: {fields: {b: money}}}",
                "custom_modules: 'a' is too short to be a word: use two letters or more",
            ),
            (
                "custom_modules={ships: {fields: {weight: tons}}}",
                "custom_modules: ships.weight: 'tons' is no type: use one of str(n), text, int",
            ),
            ("custom_module=boats", "custom_module: there is no such question: use custom_modules"),
            ("ci=gitlabs", "ci: 'gitlabs' is no choice: use gitlab, or another of github, gitlab, none"),
            (
                "custom_modules={boats: {fields: {name: str}",
                "custom_modules: line 1, column 29: a bracket or a quote is not closed: close it",
            ),
            ("project_slug=A B", "project_slug: 'A B' cannot be a package's name: use a-z, 0-9 and single dashes"),
            ("author_email=ada", "author_email: 'ada' is no e-mail address: give one such as ada@example.com"),
            ("modules=[billing]", "modules: 'billing' is no ready-made module: there are "),
            ("modules=webhooks", "modules: 'webhooks' is no list: write [webhooks]"),
            ("modules=files, webhooks", "modules: 'files, webhooks' is no list: write [files, webhooks]"),
            ("modules=", "modules: '' is no list: write []"),
            ("modules=[files", "modules: '[files' is no list: write [files]"),
            ("modules=[{files: 1}]", "modules: {'files': 1} is no ready-made module: there are "),
        ],
    )
    def test_is_refused_with_nothing_but_a_sentence(
        self, option: str, sentence: str, template: Path, tmp_path: Path
    ) -> None:
        done = copy(template, tmp_path / "project", "--data", option)

        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "project").exists()

    def test_comes_from_a_file(self, template: Path, tmp_path: Path) -> None:
        described = {"status": {"plural": "statuses", "fields": {"title": "str(40) unique"}}}
        answers = {"project_name": "Acme", "custom_modules": described, "ci": "none"}
        (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers))

        done = copy(template, tmp_path / "project", "--data-file", str(tmp_path / "answers.yml"))

        assert done.returncode == 0, done.stderr
        assert answers.items() <= answers_of(tmp_path / "project").items()
        assert "String(40)" in (tmp_path / "project/src/app/modules/statuses/models.py").read_text()

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ("custom_modules: {boats: {fields: {name: str, name: int}}}", "line 1, column 46: 'name' is written twice"),
            ("project_name:", "project_name: nothing is given: write an answer, or leave the line out"),
            ("custom_modules: invoices people", "write invoices, people for modules, or invoices_people for one"),
        ],
    )
    def test_in_a_file_is_refused_with_nothing_but_a_sentence(
        self, answers: str, sentence: str, template: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "answers.yml").write_text(answers)

        done = copy(template, tmp_path / "project", "--data-file", str(tmp_path / "answers.yml"))

        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("given", ["[webhooks]", "['webhooks']", "- webhooks"])
    def test_of_modules_is_a_list(self, given: str, template: Path, tmp_path: Path) -> None:
        done = copy(template, tmp_path / "project", "--data", f"modules={given}")

        assert done.returncode == 0, done.stderr
        assert answers_of(tmp_path / "project")["modules"] == ["webhooks"]

    def test_of_modules_is_stored_as_the_list_of_a_multiselect(self, template: Path, tmp_path: Path) -> None:
        copy(template, tmp_path / "project")

        assert answers_of(tmp_path / "project")["modules"] == ["console"]


class TestMessages:
    def test_give_commands_with_the_pins_of_pyproject(self) -> None:
        pins = [
            line.strip(' ",') for line in (ROOT / "pyproject.toml").read_text().split("\n") if line.count("==") == 1
        ]
        copier_pin, *needed = [pin for pin in pins if pin.startswith(("copier", "inflect"))]
        command = f"uvx {' '.join(f'--with {pin}' for pin in needed)} {copier_pin.replace('==', '@')} copy --trust"

        assert command in (ROOT / "README.md").read_text(), f"README.md should give: {command}"
