"""The project's name, and the folder for data of this copy only."""

import tomllib
from pathlib import Path

DATA = Path(__file__).parents[3] / ".data"
ANSWERS = Path(__file__).with_name("project.toml")


def project_name() -> str:
    """Return the project's display name; "API" in the template's own sources."""
    if not ANSWERS.exists():
        return "API"
    answers: dict[str, str] = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    return answers["name"]
