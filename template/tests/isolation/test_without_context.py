"""A session without a tenant is refused before it sends anything, however it queries."""

from typing import Any

import pytest
from sqlalchemy import event

from app.database.tenancy import Context, PersonContext, TenantContextRequired
from app.kit.ids import new_id

from .attacker import Attacker
from .attacks import ON_EACH_TABLE
from .report import Report
from .routes import OWN_AND_EVERY
from .samples import Label
from .two_tenants import ALL_MODELS, OWN_MODELS, Row, TwoTenants

# The session cannot know which tables they use; row security hides the rows (TestWrittenSql).
WRITTEN_WITH_REASON = {
    "after_commit",
    "after_rollback",
    "autocommit",
    "connection_of_the_engine",
    "connection_with_reason",
    "delete_text_with_reason",
    "delete_through_the_connection",
    "savepoint_rolled_back",
    "text_as_entity_with_reason",
    "update_text_with_reason",
    "whole_text_with_reason",
}
ATTACKS = {k: v for k, v in ON_EACH_TABLE.items() if k not in WRITTEN_WITH_REASON}
CONTEXTS = [None, PersonContext(new_id())]


_rows: dict[tuple[int, str], tuple[Row, Row]] = {}
"""The rows that are attacked, by tenants and table: no attack may reach them, so they stay."""


async def attack_without_tenant(
    two_tenants: TwoTenants, attack: str, model: Any, context: Context
) -> Any:
    table = model.__table__
    if (key := (id(two_tenants), table.name)) not in _rows:
        _rows[key] = await two_tenants.foreign_row(table), await two_tenants.own_row(table)
    theirs, mine = _rows[key]
    async with two_tenants.session_of(context) as session:
        leaked = await ON_EACH_TABLE[attack](Attacker(two_tenants, session, model, mine, theirs))
        await session.commit()
    return two_tenants.is_foreign(leaked, theirs)


class TestEveryWay:
    @OWN_AND_EVERY
    @pytest.mark.parametrize("attack", ATTACKS)
    async def test_needs_a_tenant(
        self, two_tenants: TwoTenants, report: Report, attack: str, every: bool
    ) -> None:
        for model in ALL_MODELS if every else OWN_MODELS:
            report.add(table=model.__tablename__)
            with pytest.raises(TenantContextRequired):
                await attack_without_tenant(two_tenants, attack, model, None)

    @pytest.mark.parametrize("attack", ATTACKS)
    async def test_needs_more_than_a_person(
        self, two_tenants: TwoTenants, report: Report, attack: str
    ) -> None:
        report.add(table=Label.__tablename__)
        with pytest.raises(TenantContextRequired):
            await attack_without_tenant(two_tenants, attack, Label, CONTEXTS[1])

    async def test_is_refused_unsent(self, two_tenants: TwoTenants) -> None:
        """Nothing is sent, so that a session without a tenant fails even on an empty table."""
        sent: list[str] = []

        def note(*arguments: Any) -> None:
            sent.append(arguments[2])

        engine = two_tenants.runtime.database.rw.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        for attack in ("select_all", "count", "delete_all", "get", "whole_text", "core_select"):
            with pytest.raises(TenantContextRequired):
                await attack_without_tenant(two_tenants, attack, Label, None)
        event.remove(engine, "before_cursor_execute", note)

        assert sent == []


class TestWrittenSql:
    @pytest.mark.parametrize("context", CONTEXTS)
    @pytest.mark.parametrize("attack", sorted(WRITTEN_WITH_REASON))
    async def test_finds_nothing_without_a_tenant(
        self, two_tenants: TwoTenants, attack: str, context: Context
    ) -> None:
        before = await two_tenants.foreign_rows(Label.__table__)
        try:
            found = await attack_without_tenant(two_tenants, attack, Label, context)
        except TenantContextRequired:
            found = False

        assert not found
        assert (await two_tenants.foreign_rows(Label.__table__)).startswith(before[:20])
