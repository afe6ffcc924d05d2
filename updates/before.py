"""Run by Copier at the start of each update: a project's stored answers, in the words of this release.

Copier drops an answer to a question, or a choice, that it no longer finds, takes the default without a word, and
removes what depended on it. So whatever is called otherwise is renamed here first, as updates/table.toml says.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("table.toml")


def main(answers_file: str) -> None:
    file, table = Path(answers_file), tomllib.loads(TABLE.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    before = yaml.safe_load(text)
    after = renamed(before, table["questions"], table["choices"])
    if after != before:
        head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        file.write_text(head + yaml.safe_dump(after, allow_unicode=True, sort_keys=False), encoding="utf-8")


def renamed(
    answers: Mapping[str, Any], questions: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for question, answer in answers.items():
        name = followed(question, questions)
        answer = _in_words_of_today(answer, choices.get(name, {}))
        if answer != "" or answers[question] == "":
            found.setdefault(name, answer)
    return found


def followed(name: str, table: Mapping[str, str]) -> str:
    """Its name today, after any number of renamings."""
    while name in table:
        name = table[name]
    return name


def _in_words_of_today(answer: Any, choices: Mapping[str, str]) -> Any:
    if isinstance(answer, list):
        return [item for item in (_in_words_of_today(item, choices) for item in answer) if item != ""]
    return followed(answer, choices) if isinstance(answer, str) else answer


if __name__ == "__main__":
    main(*sys.argv[1:])
