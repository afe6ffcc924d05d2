"""Test the result for each path, from three sets of files: one test for each combination of edits and changes."""

from collections.abc import Mapping

import pytest

from updates.files import File
from updates.merge import Merge, Outcome, three_way
from updates.moves import Moves

LINES = "".join(f"line {number}\n" for number in range(40))
OURS = LINES.replace("line 5\n", "line 5\n# Ours.\n")
THEIRS = LINES.replace("line 30\n", "line 30, by the standard\n")
BOTH = OURS.replace("line 30\n", "line 30, by the standard\n")
OTHER = "".join(f"another document, {number}\n" for number in range(40))

LINK = {"docs": "a symbolic link"}

Texts = Mapping[str, str]


def files(texts: Texts) -> dict[str, File]:
    return {path: File(text.encode()) for path, text in texts.items()}


def merge(
    *, old: Texts, mine: Texts, new: Texts, moved: Texts | None = None, claims: Mapping[str, str] | None = None
) -> Outcome:
    moves = Moves(moved or {}, old.keys(), new.keys())
    return Merge(files(old), files(mine), files(new), moves, claims=claims or {}).run()


def text_of(outcome: Outcome, path: str) -> str | None:
    file = outcome.files[path]
    return None if file is None else file.content.decode()


class TestFile:
    def test_has_the_edits_of_both(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": OURS}, new={"a": THEIRS})

        assert text_of(outcome, "a") == BOTH
        assert not outcome.unmerged

    def test_is_new(self) -> None:
        assert text_of(merge(old={}, mine={}, new={"a": LINES}), "a") == LINES

    def test_of_the_client_at_a_new_path_is_a_conflict_with_both_texts(self) -> None:
        outcome = merge(old={}, mine={"a": "mine\n"}, new={"a": "theirs\n"})

        merged = text_of(outcome, "a")
        assert merged is not None
        assert {"mine", "theirs"} <= set(merged.splitlines())
        assert set(outcome.unmerged["a"]) == {2, 3}

    def test_of_the_client_that_is_the_same_is_none(self) -> None:
        assert not merge(old={}, mine={"a": LINES}, new={"a": LINES}).unmerged

    def test_that_was_removed_stays_so(self) -> None:
        outcome = merge(old={"a": LINES}, mine={}, new={"a": THEIRS})

        assert text_of(outcome, "a") is None
        assert "has changed it since" in outcome.notes[0]

    def test_that_is_gone_goes(self) -> None:
        assert text_of(merge(old={"a": LINES}, mine={"a": LINES}, new={}), "a") is None

    def test_that_is_gone_and_was_edited_is_a_conflict(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": OURS}, new={})

        assert text_of(outcome, "a") == OURS
        assert set(outcome.unmerged["a"]) == {1, 2}

    def test_of_bytes_is_the_clients_until_somebody_decides(self) -> None:
        outcome = merge(old={"a": "\0old"}, mine={"a": "\0mine"}, new={"a": "\0new"})

        assert text_of(outcome, "a") == "\0mine"
        assert outcome.unmerged["a"][3].content == b"\0new"

    def test_that_was_split_has_edits_of_the_part_that_went_as_a_conflict(self) -> None:
        head, tail = LINES[:200], LINES[200:]
        edited = head + tail.replace("line 35\n", "line 35\n# Ours.\n")

        outcome = merge(old={"a": LINES}, mine={"a": edited}, new={"a": head, "b": tail})

        assert "a" in outcome.unmerged
        assert "# Ours." in (text_of(outcome, "a") or "")


class TestMove:
    def test_carries_edits_over(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": OURS}, new={"b": THEIRS}, moved={"a": "b"})

        assert text_of(outcome, "a") is None
        assert text_of(outcome, "b") == BOTH
        assert outcome.notes == ["a is now b: your edits were carried over"]

    def test_leads_over_any_number_of_releases(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": OURS}, new={"c": LINES}, moved={"a": "b", "b": "c"})

        assert text_of(outcome, "c") == OURS

    def test_from_a_release_in_the_middle(self) -> None:
        outcome = merge(old={"b": LINES}, mine={"b": OURS}, new={"c": LINES}, moved={"a": "b", "b": "c"})

        assert text_of(outcome, "c") == OURS

    def test_may_leave_an_alias(self) -> None:
        outcome = merge(
            old={"a": LINES}, mine={"a": OURS}, new={"a": "from b import *\n", "b": LINES}, moved={"a": "b"}
        )

        assert text_of(outcome, "a") == "from b import *\n"
        assert text_of(outcome, "b") == OURS

    def test_that_is_older_than_the_project_leaves_an_edited_alias_alone(self) -> None:
        alias = "from b import *\n"
        outcome = merge(
            old={"a": alias, "b": LINES},
            mine={"a": f"{alias}# Ours.\n", "b": LINES},
            new={"a": alias, "b": THEIRS},
            moved={"a": "b"},
        )

        assert text_of(outcome, "a") == f"{alias}# Ours.\n"
        assert text_of(outcome, "b") == THEIRS

    def test_revives_nothing_that_was_removed(self) -> None:
        outcome = merge(old={"a": LINES}, mine={}, new={"b": THEIRS}, moved={"a": "b"})

        assert text_of(outcome, "b") is None
        assert "was not added" in outcome.notes[0]

    def test_revives_no_alias_of_what_was_removed(self) -> None:
        outcome = merge(old={"a": LINES}, mine={}, new={"a": "alias\n", "b": LINES}, moved={"a": "b"})

        assert (text_of(outcome, "a"), text_of(outcome, "b")) == (None, None)

    def test_of_what_was_removed_leaves_the_clients_own_file_there(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"b": "mine\n"}, new={"b": THEIRS}, moved={"a": "b"})

        assert text_of(outcome, "b") == "mine\n"

    @pytest.mark.parametrize("edited", [LINES, OURS])
    def test_onto_a_file_of_the_client_is_a_conflict_with_both_texts(self, edited: str) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": edited, "b": "mine\n"}, new={"b": THEIRS}, moved={"a": "b"})

        merged = (text_of(outcome, "b") or "").splitlines()
        assert {"mine", "line 30, by the standard"} <= set(merged)
        assert ("# Ours." in merged) is (edited == OURS)
        assert 3 in outcome.unmerged["b"]

    def test_of_a_module_into_a_package(self) -> None:
        outcome = merge(
            old={"jobs.py": LINES},
            mine={"jobs.py": OURS},
            new={"jobs/__init__.py": LINES},
            moved={"jobs.py": "jobs/__init__.py"},
        )

        assert text_of(outcome, "jobs/__init__.py") == OURS
        assert text_of(outcome, "jobs.py") is None


class TestTwoThatBecomeOne:
    def test_keep_the_edits_of_both(self) -> None:
        outcome = merge(
            old={"a": LINES, "b": OTHER},
            mine={"a": OURS, "b": OTHER.replace("another document, 20\n", "another document, 20\n# Ours too.\n")},
            new={"c": LINES + OTHER},
            moved={"a": "c", "b": "c"},
        )

        merged = (text_of(outcome, "c") or "").splitlines()
        assert {"# Ours.", "# Ours too."} <= set(merged)
        assert {"line 39", "another document, 39"} <= set(merged)

    def test_of_which_one_was_there_already(self) -> None:
        mine = OTHER.replace("another document, 20\n", "another document, 20\n# Ours.\n")
        outcome = merge(
            old={"a": LINES, "b": OTHER}, mine={"a": LINES, "b": mine}, new={"a": LINES + OTHER}, moved={"b": "a"}
        )

        assert "# Ours." in (text_of(outcome, "a") or "").splitlines()
        assert text_of(outcome, "b") is None

    def test_of_which_the_client_had_removed_one(self) -> None:
        old, new = {"a": LINES, "b": OTHER}, {"c": LINES + OTHER}
        outcome = merge(old=old, mine={"a": OURS}, new=new, moved={"a": "c", "b": "c"})

        assert "# Ours." in (text_of(outcome, "c") or "").splitlines()


class TestClaim:
    def test_keeps_the_standards_changes_out_and_says_so(self) -> None:
        outcome = merge(old={"docs/a": LINES}, mine={}, new={"docs/a": THEIRS}, claims=LINK)

        assert "docs/a" not in outcome.files
        assert outcome.notes == ["docs: a symbolic link, and yours: the standard's changes do not reach it (docs/a)"]

    def test_is_not_mentioned_without_a_change(self) -> None:
        assert merge(old={"docs/a": LINES}, mine={}, new={"docs/a": LINES}, claims=LINK).notes == []

    def test_keeps_new_files_out(self) -> None:
        outcome = merge(old={}, mine={}, new={"docs/a": LINES}, claims=LINK)

        assert outcome.files == {}
        assert "was not added" in outcome.notes[0]

    def test_keeps_an_edited_file_at_its_old_path_when_the_new_one_is_claimed(self) -> None:
        outcome = merge(old={"a": LINES}, mine={"a": OURS}, new={"docs/a": LINES}, moved={"a": "docs/a"}, claims=LINK)

        assert text_of(outcome, "a") == OURS
        assert "a" in outcome.unmerged

    def test_on_a_file_that_moves_adds_no_second_one(self) -> None:
        outcome = merge(
            old={"AGENTS.md": LINES},
            mine={},
            new={"b": LINES},
            moved={"AGENTS.md": "b"},
            claims={"AGENTS.md": "a symbolic link"},
        )

        assert text_of(outcome, "b") is None
        assert "AGENTS.md" not in outcome.files


class TestLineEndings:
    CRLF = File(LINES.replace("\n", "\r\n").encode())

    def test_are_no_edit(self) -> None:
        merged, clean = three_way(File(LINES.encode()), self.CRLF, File(THEIRS.encode()))

        assert clean
        assert merged.content == THEIRS.replace("\n", "\r\n").encode()

    def test_are_the_clients_in_a_merge(self) -> None:
        mine = File(OURS.replace("\n", "\r\n").encode())
        merged, clean = three_way(File(LINES.encode()), mine, File(THEIRS.encode()))

        assert clean
        assert merged.content == BOTH.replace("\n", "\r\n").encode()

    def test_of_an_untouched_file_stay_as_mixed_as_they_are(self) -> None:
        mixed = File(LINES.replace("\n", "\r\n", 3).encode())

        assert three_way(File(LINES.encode()), mixed, File(LINES.encode())) == (mixed, True)


class TestExecutableBit:
    @pytest.mark.parametrize(
        ("base", "mine", "theirs", "merged"),
        [
            (False, False, True, True),
            (False, True, False, True),
            (True, True, False, False),
            (True, False, True, False),
        ],
    )
    def test_is_of_who_changed_it(self, base: bool, mine: bool, theirs: bool, merged: bool) -> None:
        result, _ = three_way(File(b"a\n", base), File(b"a\n", mine), File(b"b\n", theirs))

        assert result == File(b"b\n", merged)
