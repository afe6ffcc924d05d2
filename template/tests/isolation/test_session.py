"""Try every way to read and write through a session, on every tenant table of this project."""

import pytest

from .arena import ALL_MODELS, Arena
from .attacks import ON_EACH_TABLE, ON_REFERENCES
from .raids import succeeds
from .report import Report
from .samples import Note


class TestSession:
    @pytest.mark.parametrize("attack", ON_EACH_TABLE)
    async def test_keeps_every_table_apart(self, arena: Arena, report: Report, attack: str) -> None:
        open_tables = []
        for model in ALL_MODELS:
            report.add(table=model.__tablename__)
            if await succeeds(ON_EACH_TABLE[attack], arena, model):
                open_tables.append(model.__tablename__)

        assert open_tables == []

    @pytest.mark.parametrize("attack", ON_REFERENCES)
    async def test_keeps_references_apart(self, arena: Arena, report: Report, attack: str) -> None:
        report.add()

        assert not await succeeds(ON_REFERENCES[attack], arena, Note)
