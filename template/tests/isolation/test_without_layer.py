"""Prove each layer of isolation: without it, exactly the expected attacks succeed."""

from collections.abc import Callable

import pytest

from .attacker import succeeds
from .attacks import ON_EACH_TABLE, ON_REFERENCES
from .oracles import IN_THE_BODY, find_leaks
from .samples import Folder, Label, Note
from .two_tenants import TwoTenants
from .without_layer import composite_references, remove_session_filter, remove_stamp_check

Removal = Callable[[pytest.MonkeyPatch], None]
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


async def got_through(two_tenants: TwoTenants) -> set[str]:
    on_tables = {
        name
        for name, attack in ON_EACH_TABLE.items()
        for model in (Label, Folder, Note)
        if await succeeds(attack, two_tenants, model)
    }
    on_references = {
        name for name, attack in ON_REFERENCES.items() if await succeeds(attack, two_tenants, Note)
    }
    return on_tables | on_references


class TestWithoutAnyLayer:
    async def test_every_attack_gets_through(
        self, without_both_layers: TwoTenants, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This proves that no attack fails for an unrelated reason."""
        remove_session_filter(monkeypatch)
        remove_stamp_check(monkeypatch)

        assert await got_through(without_both_layers) == {*ON_EACH_TABLE, *ON_REFERENCES}


class TestWithoutTheSession:
    async def test_row_security_stops_every_attack(
        self, two_tenants: TwoTenants, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_session_filter(monkeypatch)
        remove_stamp_check(monkeypatch)

        assert await got_through(two_tenants) == set()


class TestWithoutRowSecurity:
    async def test_the_session_stops_what_passes_through_it(
        self, without_policies: TwoTenants
    ) -> None:
        through = await got_through(without_policies)

        assert through == WITH_A_WRITTEN_REASON | PAST_THE_SESSION

    async def test_stamps_alone_are_not_enough(
        self, without_policies: TwoTenants, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_stamp_check(monkeypatch)
        through = await got_through(without_policies)

        assert through - WITH_A_WRITTEN_REASON - PAST_THE_SESSION == {
            "add_and_change_afterwards",
            "add_for_them",
            "change_a_row_in_disguise",
            "delete_a_row_in_disguise",
            "give_own_row_away_as_object",
            "merge_a_new_row_of_theirs",
        }


class TestWithoutCompositeKeys:
    async def test_rows_refer_to_another_tenants(self, without_tenant_in_keys: TwoTenants) -> None:
        """PostgreSQL checks foreign keys without policies, and the session checks no references."""
        assert await got_through(without_tenant_in_keys) == BY_REFERENCE


class TestRoutes:
    """No route reveals or changes anything of another tenant if any one layer is missing.

    References are the exception: services leave them to their composite keys.
    """

    @pytest.mark.parametrize("remove", [remove_session_filter, remove_stamp_check])
    async def test_hold_without_the_session(
        self, two_tenants: TwoTenants, monkeypatch: pytest.MonkeyPatch, remove: Removal
    ) -> None:
        remove(monkeypatch)

        assert await find_leaks(two_tenants) == []

    async def test_hold_without_row_security(self, without_policies: TwoTenants) -> None:
        assert await find_leaks(without_policies) == []

    async def test_leak_references_only_without_composite_keys(
        self, without_tenant_in_keys: TwoTenants
    ) -> None:
        found = await find_leaks(without_tenant_in_keys)

        kept_by_keys = tuple(f"{IN_THE_BODY} {name}" for name in composite_references())
        assert [each for each in found if not each.endswith(kept_by_keys)] == []

    async def test_do_not_hold_without_both(
        self, without_both_layers: TwoTenants, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_session_filter(monkeypatch)

        assert await find_leaks(without_both_layers) != []
