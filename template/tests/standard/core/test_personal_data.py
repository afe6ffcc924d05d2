"""Each module that refers to people contributes to their export."""

import pytest
from httpx import AsyncClient

from app.core.module import find_modules
from app.core.personal_data import private_columns, rows_referring
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.modules.tenants.models import Membership
from tests.support.people import Person

STANDARD = {"users", "tenants", "api_keys", "audit", "files", "notifications"}


class TestExport:
    def test_is_made_by_the_modules_of_the_standard(self) -> None:
        """Others may say `personal_data=PersonalData(…)` in module.py, or leave it to core."""
        silent = {module.name for module in find_modules() if not module.personal_data}

        assert silent & STANDARD == set()

    async def test_has_rows_of_modules_that_say_nothing(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            found = await rows_referring(work, owner.user_id, of=["tenants"])

        assert found["memberships"][0]["user_id"] == str(owner.user_id)

    async def test_leaves_out_what_a_model_declares_private(
        self, runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Membership, "__private__", ("role",))
        async with open_unit(runtime, owner.actor, owner.context) as work:
            found = await rows_referring(work, owner.user_id, of=["tenants"])

        assert "role" not in found["memberships"][0]
        assert "role" in private_columns()

    async def test_has_what_each_module_says(self, client: AsyncClient) -> None:
        await client.patch("/api/v1/tenants/current", json={"name": "Renamed"})
        hooks = {each.name: each.personal_data for each in find_modules() if each.personal_data}

        answer = (await client.get("/api/v1/users/me/export")).json()

        (tenant,) = answer["tenants"]
        assert answer["account"].keys() == {name for name, each in hooks.items() if each.in_account}
        assert tenant["stored"].keys() >= {name for name, each in hooks.items() if each.in_tenant}
        if "audit" in hooks:
            assert tenant["stored"]["audit"][0]["action"] == "tenants.renamed"
