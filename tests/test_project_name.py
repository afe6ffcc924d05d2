"""The project's name appears everywhere that users see a name."""

import json
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


def test_clients_and_the_dashboard_are_called_as_the_project(render: Callable[..., Path]) -> None:
    project = render(project_name="Blue Harbour", project_slug="blue-harbour", api_clients="both", deploy="compose")

    package = json.loads((project / "clients/typescript/package.json").read_text(encoding="utf-8"))
    page = json.loads((project / "examples/web/package.json").read_text(encoding="utf-8"))
    distribution = tomllib.loads((project / "clients/python/pyproject.toml").read_text(encoding="utf-8"))
    dashboard = json.loads((project / "deploy/monitoring/dashboard.json").read_text(encoding="utf-8"))
    assert package["name"] == distribution["project"]["name"] == "blue-harbour-client"
    assert "blue-harbour-client" in page["dependencies"]
    assert (project / "clients/python/src/blue_harbour_client/__init__.py").is_file()
    assert dashboard["title"] == "Blue Harbour"
