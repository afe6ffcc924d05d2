"""The net proves itself by being cut: which attacks get through without one of its layers."""

import pytest

from .arena import Arena
from .attacks_reading import reads
from .attacks_writing import writes
from .net import cut_session, cut_stamp
from .raids import succeeds
from .samples import Folder, Label, Note

ATTACKS = reads.by_name | writes.by_name


async def got_through(arena: Arena) -> set[str]:
    return {
        name
        for name, attack in ATTACKS.items()
        for model in (Label, Folder, Note)
        if await succeeds(attack, arena, model)
    }


class TestWithoutAnyLayer:
    async def test_every_attack_gets_through(
        self, arena_without_both: Arena, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)

        print("NOTALL", sorted(set(ATTACKS) - await got_through(arena_without_both)))


class TestWithoutRowSecurity:
    async def test_x(self, arena_without_row_security: Arena) -> None:
        print("NORLS", sorted(await got_through(arena_without_row_security)))


class TestWithoutSession:
    async def test_x(self, arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
        cut_session(monkeypatch)
        cut_stamp(monkeypatch)
        print("NOSESSION", sorted(await got_through(arena)))
