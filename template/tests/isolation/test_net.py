"""Prove each layer of isolation: without it, exactly the expected attacks succeed."""

from collections.abc import Callable

import pytest

from .arena import Arena
from .attacks import ON_EACH_TABLE, ON_REFERENCES
from .net import cut_session, cut_stamp
from .probes import probe_all
from .raids import succeeds
from .samples import Folder, Label, Note

Cut = Callable[[pytest.MonkeyPatch], None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:DELETE statement on table:sqlalchemy.exc.SAWarning"),
]

WITH_A_WRITTEN_REASON = {
    "after_commit",
    "after_rollback",
    "autocommit",
    "connection_with_reason",
    "core_select_with_reason",
    "delete_core_with_reason",
    "delete_text_with_reason",
    "delete_through_the_connection",
    "insert_core_with_reason",
    "orm_select_with_reason",
    "read_a_table_between",
    "savepoint_rolled_back",
    "text_as_entity_with_reason",
    "update_core_with_reason",
    "update_text_with_reason",
    "upsert_core_onto_their_row",
    "whole_text_with_reason",
}
PAST_THE_SESSION = {"connection_of_the_engine", "core_table_joined_to_a_model"}
"""These use no session, or an alias of a table that the session takes for the ORM's own."""

BY_REFERENCE = {
    "bulk_insert_with_their_reference",
    "change_to_their_reference",
    "insert_with_their_reference",
    "their_row_in_a_table_between",
}


async def got_through(arena: Arena) -> set[str]:
    on_tables = {
        name
        for name, attack in ON_EACH_TABLE.items()
        for model in (Label, Folder, Note)
        if await succeeds(attack, arena, model)
    }
    on_references = {
        name for name, attack in ON_REFERENCES.items() if await succeeds(attack, arena, Note)
    }
    return on_tables | on_references


class TestWithoutAnyLayer:
    async def test_every_attack_gets_through(
        self, arena_without_both: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This proves that no attack fails for an unrelated reason."""
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)

        assert await got_through(arena_without_both) == {*ON_EACH_TABLE, *ON_REFERENCES}


class TestWithoutTheSession:
    async def test_row_security_stops_every_attack(
        self, arena: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)

        assert await got_through(arena) == set()


class TestWithoutRowSecurity:
    async def test_the_session_stops_what_passes_through_it(
        self, arena_without_row_security: Arena
    ) -> None:
        through = await got_through(arena_without_row_security)

        assert through == WITH_A_WRITTEN_REASON | PAST_THE_SESSION

    async def test_stamps_are_not_enough_alone(
        self, arena_without_row_security: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut_stamp(monkeypatch)
        through = await got_through(arena_without_row_security)

        assert through - WITH_A_WRITTEN_REASON - PAST_THE_SESSION == {
            "add_and_change_afterwards",
            "add_for_them",
            "change_a_row_in_disguise",
            "delete_a_row_in_disguise",
            "give_own_row_away_as_object",
            "merge_a_new_row_of_theirs",
        }


class TestWithoutCompositeKeys:
    async def test_rows_refer_to_another_tenants(self, arena_without_composite_keys: Arena) -> None:
        """PostgreSQL checks foreign keys without policies, and the session checks no references."""
        assert await got_through(arena_without_composite_keys) == BY_REFERENCE


class TestRoutes:
    """Without any one layer, no route reveals or changes anything of another tenant."""

    @pytest.mark.parametrize("cut", [cut_session, cut_stamp])
    async def test_hold_without_the_session(
        self, arena: Arena, monkeypatch: pytest.MonkeyPatch, cut: Cut
    ) -> None:
        cut(monkeypatch)

        assert await probe_all(arena) == []

    async def test_hold_without_row_security(self, arena_without_row_security: Arena) -> None:
        assert await probe_all(arena_without_row_security) == []

    async def test_hold_without_composite_keys(self, arena_without_composite_keys: Arena) -> None:
        assert await probe_all(arena_without_composite_keys) == []

    async def test_do_not_hold_without_both(
        self, arena_without_both: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut_session(monkeypatch)

        assert await probe_all(arena_without_both) != []
