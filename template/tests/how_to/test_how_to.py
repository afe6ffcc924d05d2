"""The pages in docs/how-to: each is short, and all their code runs, in one project."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .pages import BLOCK, DOCS, blocks, pages
from .project import make_project, run

MOST_LINES = 110
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TESTED = [page for page in pages() if page.name != "README.md"]


def test_a_page_is_short_and_all_its_code_is_found() -> None:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        code = [body for language, body in FENCE.findall(text) if language == "python"]

        assert len(text.splitlines()) <= MOST_LINES, page.name
        assert len(code) == len(BLOCK.findall(text)), f"{page.name}: a block begins with its file"


def test_each_page_has_a_test_and_is_in_the_list() -> None:
    readme = (DOCS / "README.md").read_text(encoding="utf-8")
    with_a_test = {block.page for block in blocks() if "/test_" in block.path}

    assert with_a_test == {page.name for page in TESTED}
    assert {page.name for page in TESTED} == set(re.findall(r"\]\((\S+\.md)\)", readme))


@pytest.mark.slow
def test_the_code_does_what_the_pages_say() -> None:
    paths = sorted({block.path for block in blocks() if "/test_" in block.path})
    with TemporaryDirectory() as folder:  # PostgreSQL's user may not enter pytest's own folders
        make_project(Path(folder))

        told = run(Path(folder), "pytest", "-q", "-p", "no:cacheprovider", *paths)

    assert " passed" in told
