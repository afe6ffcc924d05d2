"""Read the project's own files, and find the folder for data of this copy only."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / ".data"
PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"
ANSWERS = Path(__file__).with_name("project.toml")


def project_name() -> str:
    """Return the project's display name; "API" in the template's own sources."""
    if not ANSWERS.exists():
        return "API"
    answers: dict[str, str] = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    return answers["name"]


@cache
def api_facts() -> dict[str, Any]:
    """Return what pyproject.toml says of the API, in `[project]` and `[tool.app.openapi]`."""
    read = tomllib.loads(PYPROJECT.read_text(encoding="utf-8")) if PYPROJECT.exists() else {}
    project: dict[str, Any] = read.get("project", {})
    author: dict[str, str] = next(iter(project.get("authors", ())), {})
    facts = {
        "version": project.get("version", "0.1.0"),
        "description": project.get("description", ""),
        "license": project.get("license", ""),
        "contact_name": author.get("name", ""),
        "contact_email": author.get("email", ""),
    }
    own: dict[str, Any] = read.get("tool", {}).get("app", {}).get("openapi", {})
    return facts | own
