"""Files of the standard keep the promises of the texts in `standard/`."""

import re
from pathlib import Path

from extensions.modules.ownership import paths_of
from extensions.modules.ready_made import NAMES, needs, needs_in_tests
from tools.snapshot import ROOT

TEMPLATE = ROOT / "template"
FENCE = re.compile(r"^\s*(#|//|<!--).*\b([Yy]ours|[Oo]f your own)\b", re.MULTILINE)


def source_of(path: str) -> Path:
    file = TEMPLATE / path.removeprefix("/")
    return file if file.exists() else file.with_name(f"{file.name}.jinja")


class TestShared:
    def test_files_say_where_the_clients_lines_go(self) -> None:
        unfenced = [path for path in paths_of("shared") if not FENCE.search(source_of(path).read_text())]

        assert unfenced == []

    def test_lists_have_one_item_a_line(self) -> None:
        """Clients append to these lists: dependencies, groups, ignored rules."""
        pyproject = source_of("/pyproject.toml").read_text()

        assert not re.search(r"^(dependencies|dev) = \[.+", pyproject, re.MULTILINE)


class TestRenovate:
    def test_leaves_every_dependency_of_the_standard_alone(self) -> None:
        text = source_of("/pyproject.toml").read_text() + needs(NAMES) + needs_in_tests(NAMES)
        wanted = set(re.findall(r'^    "([a-z0-9-]+)(?=[\[=><";~!]| )', text, re.MULTILINE)) | {"hatchling"}
        rules = (TEMPLATE / "renovate.json5").read_text()

        assert wanted == set(re.findall(r'^        "([a-z0-9-]+)",$', rules, re.MULTILINE))
