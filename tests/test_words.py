"""Names and texts of the template have the field's terms: none of the metaphors that they replace.

Identifiers, strings and comments: so error slugs, events, tables, columns, jobs, log lines, helps, mails and pages.
"""

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.snapshot import ROOT

METAPHORS = {
    "arena",
    "crowd",
    "door",
    "founded",
    "front door",
    "goodbye",
    "house",
    "law",
    "letter",
    "loot",
    "narrow",
    "plant",
    "raid",
    "room",
    "seal",
    "stranger",
    "unseal",
}
ENDINGS = ("", "s", "s'", "'s", "d", "ed", "er", "ing")
"""`seals`, `sealed`, `sealer`, `sealing`."""
WORDS = frozenset(f"{word}{ending}" for word in METAPHORS for ending in ENDINGS)
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+('s)?")

# Released, or accepted, so never edited; aliases; the table of old names.
KEPT = re.compile(r"template/(migrations/\w+/(\w+/)?s0|docs/adr/standard/|standard/moved\.toml|CHANGELOG)")
ALIAS = "until 3.0"
# These are no metaphors: letters of the alphabet, dead letters, the law, room in a column, a door's code as a field.
MEANT = r"[Dd]ead[- ]letters?|TestDeadLetter|lower case letters|room for the \{|a law or a contract|door_code"
# These are stored. Columns keep their names while a release that knows no other serves; keys derive from the bytes.
STORED = (
    r"_?sealed(_previous)?_secret|list_sealed_otherwise|b\"seal(-kid)?:|seal_again|tenants\.founded|'api key', 'house'"
)
# A line below which clients write, which an update merges by.
FENCE = r"it may ring any module's front door"
LITERAL = re.compile(f"{MEANT}|{STORED}|{FENCE}")


def files(*endings: str) -> Iterator[Path]:
    for file in sorted((ROOT / "template").rglob("*")):
        path = file.relative_to(ROOT).as_posix()
        skipped = re.search(r"/\.|__pycache__|versions/", path) or KEPT.search(path)
        if not skipped and file.is_file() and file.name.endswith(endings):
            yield file


def metaphors(text: str) -> set[str]:
    """Return the metaphors in a text: words, parts of snake_case and CamelCase."""
    parts = {part[0].lower() for part in PART.finditer(LITERAL.sub("", text))}
    return parts & WORDS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def unseal_it(", {"unseal"}),
        ("class LetterSent", {"letter"}),
        ("STRANGER = 1", {"stranger"}),
        ("the house's front door", {"house's", "door"}),
        ("a dead letter, encrypted", set()),
        ("blaws, outlaw, flawed", set()),
    ],
)
def test_words_are_recognised(text: str, found: set[str]) -> None:
    assert metaphors(text) == found


def test_no_name_or_text_is_a_metaphor() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number} {' '.join(sorted(words))}"
        for file in files(".py", ".jinja", ".md", ".toml", ".yml", ".mako", "Makefile")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if ALIAS not in line and (words := metaphors(line))
    ]

    assert not found, "style: say the field's term instead\n" + "\n".join(found)


def test_no_code_uses_a_name_that_has_another_now() -> None:
    table = tomllib.loads((ROOT / "template/standard/moved.toml").read_text(encoding="utf-8"))
    former = {old.rpartition(".")[2] for old in table["renamed"]}
    found = [
        f"{file.relative_to(ROOT)}:{token.start[0]} {token.string}"
        for file in files(".py")
        for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.NAME and token.string in former and ALIAS not in token.line
    ]

    assert not found, "\n".join(found)


def test_no_file_is_called_by_one() -> None:
    assert [path for path in map(str, files("")) if metaphors(Path(path).stem)] == []
