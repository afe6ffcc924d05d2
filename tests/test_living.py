"""A module that exists can be described anew: what the words mean, and what is refused."""

import re
from typing import Any

import pytest

from extensions.modules.answer import as_stored
from extensions.modules.changes import changes_between, step_of, words_between
from extensions.modules.validation import modules_problems
from extensions.modules.words import Said, read_words

STORED = {
    "clients": {"fields": {"name": "str(120)"}},
    "invoices": {
        "fields": {
            "number": "str(20)",
            "client": "ref clients",
            "status": "enum(draft, sent, paid) = draft",
            "total": "decimal(12, 2)",
            "issued_on": "date?",
            "notes": "text?",
        }
    },
}


def described(**fields: str) -> dict[str, Any]:
    return {**STORED, "invoices": {"fields": fields}}


def kept(**fields: str) -> dict[str, Any]:
    """Return the fields of invoices in the new answer."""
    written = as_stored(described(**fields), STORED)
    assert isinstance(written, dict)
    found: dict[str, Any] = written["invoices"]["fields"]
    return found


class TestWords:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("date?", Said("date?")),
            ("date? was issued_on", Said("date?", was="issued_on")),
            ("int backfill 3 = 5", Said("int = 5", backfill="3")),
            ("int backfill (a + (b)) was c unique", Said("int unique", was="c", backfill="(a + (b))")),
            ("str backfill 'a = b' = c", Said("str = c", backfill="'a = b'")),
            ("str backfill 'it''s'", Said("str", backfill="'it''s'")),
            ("str = it was good to backfill 3", Said("str = it was good to backfill 3")),
            ("enum(was, backfill)", Said("enum(was, backfill)")),
            ("date was", Said("date", was="")),
            ("date backfill", Said("date", backfill="")),
            (7, Said(7)),
        ],
    )
    def test_stand_before_the_default(self, said: object, expected: Said) -> None:
        assert read_words(said) == expected


class TestAnswer:
    def test_keeps_the_fields_that_are_left_out(self) -> None:
        assert kept(due_on="date?") == {**STORED["invoices"]["fields"], "due_on": "date?"}

    def test_has_no_words(self) -> None:
        fields = kept(billed_on="date? was issued_on", notes="drop", vat="int backfill 19")

        assert list(fields.items())[-2:] == [("billed_on", "date?"), ("vat", "int")]
        assert "notes" not in fields
        assert "issued_on" not in fields

    def test_is_the_same_when_the_description_is_given_again(self) -> None:
        again = described(billed_on="date? was issued_on", notes="drop", vat="int backfill 19")
        once = as_stored(again, STORED)

        assert as_stored(again, once) == once
        assert changes_between(once, as_stored(again, once), words_between(once, again)) == []

    @pytest.mark.parametrize("stored", ["boats, people", ["boats", "people"], {"boats": None, "people": None}])
    def test_of_a_name_alone_means_one_field(self, stored: object) -> None:
        written = as_stored({"boats": {"fields": {"length": "int?"}}, "people": None}, stored)

        assert written == {"boats": {"fields": {"name": "str(120)", "length": "int?"}}, "people": None}

    @pytest.mark.parametrize(
        "again", ["invoices, clients", ["invoices", "clients"], {"invoices": None, "client": None}]
    )
    def test_that_names_modules_only_keeps_their_fields(self, again: object) -> None:
        written = as_stored(again, STORED)

        assert changes_between(STORED, written, words_between(STORED, again)) == []
        assert "ref clients" in str(written)

    def test_keeps_a_plural(self) -> None:
        stored = {"rechnung": {"plural": "rechnungen", "fields": {"nummer": "int"}}}

        written = as_stored({"rechnung": {"fields": {"datum": "date?"}}}, stored)

        assert written == {"rechnung": {"plural": "rechnungen", "fields": {"nummer": "int", "datum": "date?"}}}


REFUSED = [
    ({"due_on": "date"}, "due_on: rows that are there need a value: write backfill VALUE or backfill (SQL)"),
    ({"client_of": "ref clients"}, "client_of: rows that are there need a value"),
    ({"due_on": "date backfill soon"}, "due_on: 'backfill soon' is no date that fits: give one that does"),
    ({"seats": "int backfill 3000000000"}, "seats: 'backfill 3000000000' is no int that fits"),
    ({"payer": "ref clients backfill 7"}, "payer: 'backfill 7' cannot be: a ref takes an SQL expression in brackets"),
    ({"code": "str(9) unique backfill x"}, "code: only one row could have 'x': leave unique out, or write SQL"),
    ({"due_on": "date? was"}, "due_on: nothing follows 'was': write the former name of the field"),
    ({"due_on": "date backfill"}, "due_on: nothing follows 'backfill': write a value, or SQL in brackets"),
    ({"billed_on": "date? was isued_on"}, "billed_on: there is no field 'isued_on' to rename: use issued_on"),
    ({"notes": "text? was issued_on"}, "notes: there are notes and issued_on, so it is not renamed"),
    ({"a": "date? was issued_on", "b": "date? was issued_on"}, "b: issued_on is renamed twice: leave one out"),
    ({"a": "date? was issued_on", "issued_on": "drop"}, "a: issued_on is described too, and cannot be renamed then"),
    ({"issued_on": "date"}, "issued_on: rows may have no value: write backfill VALUE or backfill (SQL)"),
    ({"status": "enum(draft, sent) = draft"}, "status: rows may have a value that enum(draft, sent) = draft does not"),
    ({"total": "int"}, "total: decimal(12, 2) cannot become int in place: give the new field another name"),
    ({"total": "decimal(9, 1)"}, "total: decimal(12, 2) cannot become decimal(9, 1) in place"),
    ({"client": "ref users"}, "client: ref clients cannot become ref users in place"),
    ({"client": "drop", "client_id": "uuid?"}, "client_id: the column client_id goes with another field"),
    ({"opens_at": "time backfill 9"}, "opens_at: 'backfill 9' is no time that fits: give one that does"),
    ({"tags": "list of str(9) backfill x"}, "tags: 'backfill x' cannot be: a list takes an SQL expression in brackets"),
    ({"price": "money backfill 3"}, "price_currency: rows that are there need a value"),
    ({"total": "decimal(12, 2) 0..9 backfill 10"}, "total: 'backfill 10' is no decimal that fits"),
    ({"total": "float"}, "total: decimal(12, 2) cannot become float in place"),
    ({"serial": 'number("{n}")'}, "serial: rows that are there need a number: write backfill (SQL) after it"),
    ({"owner": "ref users = me"}, "owner: rows that are there need a value"),
    ({"total": "decimal(12, 2"}, "total: 'decimal(12, 2' has a bracket that is not closed"),
    (dict.fromkeys(STORED["invoices"]["fields"], "drop"), ": 'fields' names no field"),
]


class TestChange:
    @pytest.mark.parametrize(("fields", "sentence"), REFUSED)
    def test_that_rows_do_not_allow_is_refused(self, fields: dict[str, str], sentence: str) -> None:
        [found] = modules_problems(described(**fields), stored=STORED)

        assert found.startswith(f"invoices{'' if sentence.startswith(':') else '.'}{sentence}")

    def test_of_the_plural_is_refused(self) -> None:
        [found] = modules_problems({"status/stati": None}, stored={"status/statuses": None})

        assert found == "'status/stati' is a module already, with the plural 'statuses': leave the plural as it is"

    def test_that_makes_a_circle_is_refused(self) -> None:
        [found] = modules_problems(
            {**STORED, "clients": {"fields": {"invoice": "ref invoices?"}}},
            stored=STORED,
        )

        assert "refer to each other in a circle" in found

    def test_of_a_key_that_means_nothing_is_refused(self) -> None:
        [found] = modules_problems({**STORED, "clients": {"field": {"age": "int?"}}}, stored=STORED)

        assert found == "'clients' says 'field', which means nothing here: write 'fields'"

    def test_leaves_fields_alone_that_an_older_release_has_accepted(self) -> None:
        stored = {"boats": {"fields": {"schema": "str", "odd": "no type"}}}

        assert modules_problems({"boats": {"fields": {"length": "int?"}}}, stored=stored) == []

    def test_words_mean_nothing_for_a_new_module(self) -> None:
        given = {"boats": {"fields": {"name": "str was label", "seats": "int backfill 4", "notes": "drop"}}}

        assert modules_problems(given) == []
        assert as_stored(given, None) == {"boats": {"fields": {"name": "str", "seats": "int"}}}

    def test_of_a_default_needs_no_migration(self) -> None:
        after = as_stored(described(status="enum(draft, sent, paid) = sent"), STORED)
        [change] = changes_between(STORED, after, {})

        assert step_of(change) is None

    def test_to_steps_needs_no_migration(self) -> None:
        after = as_stored(described(status="enum(draft -> sent -> paid)"), STORED)
        [change] = changes_between(STORED, after, {})

        assert change.said == [
            "invoices.status: enum(draft, sent, paid) = draft → enum(draft -> sent, sent -> paid) = draft"
        ]
        assert step_of(change) is None

    def test_gives_rows_a_constant_at_once(self) -> None:
        given = described(motto="str backfill 'it''s :so'", vat="int = 19")
        [change] = changes_between(STORED, as_stored(given, STORED), words_between(STORED, given))

        step = step_of(change)

        assert step is not None
        assert 'server_default="it\'s :so",' in step.text
        assert 'server_default="19",' in step.text
        assert "fill" not in step.text

    def test_of_a_limit_replaces_its_constraint(self) -> None:
        stored = {"boats": {"fields": {"seats": "int 0..9", "cost": "money", "code": "str(9) unique"}}}
        given = {
            "boats": {
                "fields": {
                    "seats": "int 1..9 backfill 1",
                    "price": "money? was cost",
                    "code": "str(9) unique with price",
                    "fee": "money backfill '2.50 EUR'",
                }
            }
        }
        [change] = changes_between(stored, as_stored(given, stored), words_between(stored, given))

        step = step_of(change)

        assert step is not None
        upgrade = re.sub(r"\s+", " ", step.text.partition("def downgrade")[0])
        for call in (
            '"boats", "cost_currency", "price_currency",',
            'drop_allowed( "boats", "seats",',
            'add_allowed( "boats", "seats", "seats >= 1 AND seats <= 9",',
            '"seats", "1", "NOT (seats >= 1 AND seats <= 9)",',
            'add_allowed( "boats", "price", "(price IS NULL) = (price_currency IS NULL)",',
            'drop_unique( "boats", "code",',
            'add_unique( "boats", "code", "price",',
            'server_default="2.50"',
            'server_default="EUR"',
        ):
            assert call in upgrade, call

    @pytest.mark.parametrize(
        ("stored", "given", "calls", "back"),
        [
            ("text?", "text? search", ["add_search"], ["drop_search"]),
            ("text? search", "text?", ["drop_search"], ["add_search"]),
            (
                "text? search",
                "text? search was notes",
                ["stop_search", "rename_column", "change_search"],
                ["stop_search", "rename_column", "change_search"],
            ),
            ("text? search", "str(80)? search", ["shorten"], ["change_type"]),
        ],
    )
    def test_of_a_search_writes_the_words_of_rows_that_are_there(
        self, stored: str, given: str, calls: list[str], back: list[str]
    ) -> None:
        before = {"boats": {"fields": {"notes": stored, "name": "str"}}}
        after = {"boats": {"fields": {"remarks" if " was " in given else "notes": given}}}
        [change] = changes_between(before, as_stored(after, before), words_between(before, after))

        step = step_of(change)

        assert step is not None
        up, down = (re.findall(r"^    (\w+)\(", part, re.M) for part in step.text.split("def downgrade"))
        assert (up, down) == (calls, back)

    def test_says_what_will_be_done(self) -> None:
        given = described(
            number="str(40) unique",
            billed_on="date backfill (now()) was issued_on",
            vat="int = 19",
            notes="drop",
        )
        [change] = changes_between(STORED, as_stored(given, STORED), words_between(STORED, given))

        assert change.said == [
            "invoices.vat: new, int = 19; rows that are there get 19",
            "invoices.number: str(20) → str(40) unique",
            "invoices.billed_on: was issued_on, date? → date; rows that are there get (now())",
            "invoices.notes: dropped, with its column and its values",
        ]
