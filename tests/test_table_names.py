"""Each table that a description makes has a name of its own, in whatever order the descriptions come."""

import re
from itertools import permutations
from typing import Any

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import Module, modules_of
from extensions.modules.fields.tables import tables_of
from extensions.modules.reserved_names import owners_by_name
from extensions.modules.validation import modules_problems
from tests.answers import ANSWER_SETS
from tests.real_models import REAL_MODELS
from tests.rendered import files_of

TAGS = {"tags": {"fields": {"name": "str"}}}
TABLE = "aa_bb_cc_words"
MAKES: dict[str, dict[str, Any]] = {
    "aa_bb_cc_words": {"parcel": {"plural": "aa_bb_cc_words", "fields": {"name": "str"}}},
    "aa_bb_cc.title": {"searched": {"plural": "aa_bb_cc", "fields": {"title": "str search"}}},
    "aa_bb.cc_words": {"linked": {"plural": "aa_bb", "fields": {"name": "str", "cc_words": "refs tags"}}},
    "owners.bb_cc_words": {
        "aa": {"plural": "owners", "fields": {"name": "str", "bb_cc_words": {"many": {"title": "str"}}}}
    },
}
"""What makes the table, by the place that a message names."""


def described_modules() -> list[Module]:
    answers = [*ANSWER_SETS.values(), *REAL_MODELS.values()]
    return [module for each in answers for module in modules_of(read(each.get("custom_modules")))]


class TestTables:
    def test_are_known(self) -> None:
        """A further kind of table has to be compared with the others too."""
        for module in described_modules():
            step = dict(files_of(module))["migrations/s0001_create.py"]
            made = re.findall(r'\bop\.create_table\(\s*"(\w+)"', step)
            made += [f"{table}_words" for table in re.findall(r'\bcreate_words\(\s*"(\w+)"', step)]

            assert sorted(made) == sorted(table.name for table in tables_of(module))

    @pytest.mark.parametrize(("there", "added"), [*permutations(MAKES, 2)])
    def test_have_the_name_of_no_other_one(self, there: str, added: str) -> None:
        stored = {**TAGS, **MAKES[there]}

        for before in (None, stored):
            [found] = modules_problems({**stored, **MAKES[added]}, stored=before)

            assert re.fullmatch(rf"[\w.]+: its table {TABLE} is that of [\w.]+ too: rename one of the two", found)
            assert there in found
            assert added in found
            assert before is None or found.startswith(added)

    @pytest.mark.parametrize("name", MAKES)
    def test_are_accepted_alone(self, name: str) -> None:
        assert modules_problems({**TAGS, **MAKES[name]}) == []

    def test_of_the_standard_are_not_made_by_a_list(self) -> None:
        tables = [name for name in owners_by_name() if name.count("_")]
        assert "api_keys" in tables

        for table in tables:
            owner, _, name = table.partition("_")
            module = {owner: {"plural": owner, "fields": {"title": "str", name: "refs tags"}}}
            assert modules_problems({**TAGS, **module}), table
