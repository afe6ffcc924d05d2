"""What is said when a project has been made."""

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from tools.snapshot import ROOT

MESSAGE = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["_message_after_copy"]
HINT = "which colleagues have not"


def said(**answers: str) -> str:
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.globals["update_hint"] = str
    conf = {"dst_path": "/home/ada/blue-harbour"}
    template = environment.from_string(MESSAGE)
    return template.render(project_name="Blue Harbour", _copier_conf=conf, _copier_answers=answers)


@pytest.mark.parametrize("source", ["/home/ada/agency-standard", "../agency-standard", "~/agency-standard"])
def test_a_project_made_from_a_folder_is_told_what_colleagues_need(source: str) -> None:
    message = said(_src_path=source)

    assert HINT in message
    assert "_src_path: git+https://" in message


@pytest.mark.parametrize(
    "source",
    [
        "git+https://example.com/agency-standard.git",
        "https://example.com/agency-standard.git",
        "git@example.com:agency/standard.git",
        "gh:agency/standard",
        "gl:agency/standard",
        "ssh://git@example.com/standard.git",
    ],
)
def test_one_made_from_an_address_is_not(source: str) -> None:
    assert HINT not in said(_src_path=source)


def test_the_lock_file_is_part_of_the_first_commit() -> None:
    message = said(_src_path="gh:agency/standard")

    assert message.index("make install") < message.index("git add --all") < message.index("make dev")
