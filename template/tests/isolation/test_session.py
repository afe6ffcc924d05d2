"""Try every way to read and write through a session, on every tenant table of this project."""

import pytest

from .attacker import succeeds
from .attacks import ON_EACH_TABLE, ON_REFERENCES
from .report import Report
from .routes import IN_EVERY_PROJECT, OWN_AND_EVERY, module_of
from .samples import SAMPLES, Note
from .two_tenants import ALL_MODELS, TwoTenants, tenants_models

KNOWN = {"", *IN_EVERY_PROJECT}
OWN_MODELS = (*(each for each in tenants_models() if module_of(each) not in KNOWN), *SAMPLES)


class TestSession:
    @OWN_AND_EVERY
    @pytest.mark.parametrize("attack", ON_EACH_TABLE)
    async def test_keeps_every_table_apart(
        self, two_tenants: TwoTenants, report: Report, attack: str, every: bool
    ) -> None:
        open_tables = []
        for model in ALL_MODELS if every else OWN_MODELS:
            report.add(table=model.__tablename__)
            if await succeeds(ON_EACH_TABLE[attack], two_tenants, model):
                open_tables.append(model.__tablename__)

        assert open_tables == []

    @pytest.mark.parametrize("attack", ON_REFERENCES)
    async def test_keeps_references_apart(
        self, two_tenants: TwoTenants, report: Report, attack: str
    ) -> None:
        report.add()

        assert not await succeeds(ON_REFERENCES[attack], two_tenants, Note)
