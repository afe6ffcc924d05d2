"""Every way to read and to write through a session, on every table of tenants that this project has."""

from typing import Any

import pytest

from .arena import ALL_MODELS, Arena
from .attacks_reading import reads
from .attacks_writing import writes
from .raids import succeeds

on_every_table = pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.__name__)


class TestRead:
    @on_every_table
    @pytest.mark.parametrize("attack", reads)
    async def test_finds_nothing_of_another_tenant(
        self, arena: Arena, attack: str, model: Any
    ) -> None:
        assert not await succeeds(reads.by_name[attack], arena, model)


class TestWrite:
    @on_every_table
    @pytest.mark.parametrize("attack", writes)
    async def test_changes_nothing_of_another_tenant(
        self, arena: Arena, attack: str, model: Any
    ) -> None:
        assert not await succeeds(writes.by_name[attack], arena, model)
