"""What the project brings along: its name, and a place for what only this copy of it has."""

import tomllib
from pathlib import Path

DATA = Path(__file__).parents[3] / ".data"
ANSWERS = Path(__file__).with_name("project.toml")


def project_name() -> str:
    """As its people say it. The template's own sources, which have none, are called API."""
    if not ANSWERS.exists():
        return "API"
    answers: dict[str, str] = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    return answers["name"]
