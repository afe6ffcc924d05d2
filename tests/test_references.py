"""Pages, docstrings and comments name only files that are there."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tools.snapshot import ROOT, git

LINK = re.compile(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)")
FILE = re.compile(r"(?<![\w/.:…<>{}*-])((?:[\w-]+/)+[\w.-]+\.(?:py|md|toml|sql|sh|yml|html|po))(?![\w/])")
PROSE = re.compile(r'^\s*#|^\s*(?:[rf]?""")?[`A-Z][^(=]* |"""')
"""Lines of Python that are comments or docstrings, more or less."""

# Lists of old paths; what was true when it was released; a decision that 0015 supersedes; tests with made-up files.
KEPT = re.compile(r"updates/|tests/(updates|violations|snapshots|benchmarks)/|CHANGELOG|docs/adr/0002|uv\.lock")
# Made-up modules and their files, files that a project gets later, and names that stand for any.
MADE_UP = re.compile(
    r"modules/(orders|invoices|projects|billing|sales|reports|dashboard|greetings|contracts|boats|sales_days)/|NAME"
    r"|migrations/versions/|standard/edited\.toml|languages/fr\.po|\.gitlab/local\.yml|orders/list\.html"
    r"|mails/(users/confirm-email\.html|layout\.html)|standard/mails/|migrations/test_due_date\.py"
)


def pages() -> Iterator[Path]:
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        file = ROOT / name
        if name.endswith((".md", ".py", ".md.jinja")) and not KEPT.search(name) and file.is_file():
            yield file


@cache
def known() -> frozenset[str]:
    """Return every part of a path in this repository: a page names files from any folder above them."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    paths = [name.removesuffix(".jinja") for name in listed if (ROOT / name).is_file()]
    return frozenset("/".join(path.split("/")[start:]) for path in paths for start in range(path.count("/") + 1))


def is_there(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.jinja").exists()


def missing(page: Path, text: str) -> Iterator[str]:
    is_prose = page.suffix != ".py"
    for number, line in enumerate(text.splitlines(), start=1):
        links = LINK.findall(line) if is_prose else ()
        yield from (f"{number} {link}" for link in links if not is_there(page.parent / link))
        if is_prose or PROSE.search(line):
            named = (name for name in FILE.findall(line) if not MADE_UP.search(name))
            yield from (f"{number} {name}" for name in named if name not in known())


def test_they_are_there() -> None:
    found = [
        f"{page.relative_to(ROOT)}:{each}"
        for page in pages()
        for each in missing(page, page.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("README.md", "See [this](gone)."),
        ("docs/fleet.md", "`tools/gone.py` does it."),
        ("tools/fleet.py", '"""Read docs/{}.md first."""'.format("gone")),
        ("tools/fleet.py", "    # As in core/http/{}.py.".format("gone")),
    ],
)
def test_others_are_found(page: str, line: str) -> None:
    assert len(list(missing(ROOT / page, line))) == 1
