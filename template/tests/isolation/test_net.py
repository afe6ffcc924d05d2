"""The net proves itself by being cut: which attacks get through without one of its layers."""

import pytest

from .arena import Arena
from .attacks import ON_EACH_TABLE, ON_REFERENCES
from .net import cut_session, cut_stamp
from .raids import succeeds
from .samples import Folder, Label, Note



async def got_through(arena: Arena) -> set[str]:
    on_tables = {
        name
        for name, attack in ON_EACH_TABLE.items()
        for model in (Label, Folder, Note)
        if await succeeds(attack, arena, model)
    }
    on_references = {
        name
        for name, attack in ON_REFERENCES.items()
        if await succeeds(attack, arena, Note)
    }
    return on_tables | on_references


class TestWithoutAnyLayer:
    async def test_every_attack_gets_through(
        self, arena_without_both: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)

        print("NOTALL", sorted((set(ON_EACH_TABLE)|set(ON_REFERENCES)) - await got_through(arena_without_both)))


class TestWithoutRowSecurity:
    async def test_x(self, arena_without_row_security: Arena) -> None:
        print("NORLS", sorted(await got_through(arena_without_row_security)))


class TestWithoutSession:
    async def test_x(self, arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)
        print("NOSESSION", sorted(await got_through(arena)))


class TestWithoutKeys:
    async def test_x(self, arena_without_composite_keys: Arena) -> None:
        print("NOKEYS", sorted(await got_through(arena_without_composite_keys)))
