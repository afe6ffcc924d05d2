"""The project's name appears everywhere that users see a name."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

NAMES = ("Blue Harbour", "Größe & Söhne", 'The "Quoted" One', "O'Neil's", "100% {Curly} $HOME #1")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_was_given(render: Callable[..., Path], name: str) -> None:
    project = render(project_name=name, project_slug="named")

    answers = tomllib.loads((project / "src/app/config/project.toml").read_text(encoding="utf-8"))
    assert answers == {"name": name}
    assert name.replace('"', '\\"') in (project / ".env.example").read_text(encoding="utf-8")
    assert (project / "README.md").read_text(encoding="utf-8").startswith(f"# {name}")
