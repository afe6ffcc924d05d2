"""Each module that refers to people contributes to their export."""

from httpx import AsyncClient

from app.core.module import find_modules
from app.database.base import Base

REFERS = "users.id"


def modules_that_know_people() -> set[str]:
    """Return the modules whose tables refer to a user."""
    modules = find_modules()
    names = {module.name for module in modules}
    found = set()
    for mapper in Base.registry.mappers:
        keys = [key for column in mapper.columns for key in getattr(column, "foreign_keys", ())]
        owner = mapper.class_.__module__.split(".")[2]
        if owner in names and any(key.target_fullname == REFERS for key in keys):
            found.add(owner)
    return found


class TestExport:
    def test_is_made_by_each_module_that_refers_to_people(self) -> None:
        """Say `personal_data=PersonalData(…)` in module.py."""
        with_hook = {module.name for module in find_modules() if module.personal_data}

        assert modules_that_know_people() - with_hook == set()

    async def test_has_what_each_module_says(self, client: AsyncClient) -> None:
        await client.patch("/api/v1/tenants/current", json={"name": "Renamed"})
        hooks = {each.name: each.personal_data for each in find_modules() if each.personal_data}

        answer = (await client.get("/api/v1/users/me/export")).json()

        (tenant,) = answer["tenants"]
        assert answer["account"].keys() == {name for name, each in hooks.items() if each.in_account}
        assert tenant["stored"].keys() == {name for name, each in hooks.items() if each.in_tenant}
        if "audit" in hooks:
            assert tenant["stored"]["audit"][0]["action"] == "tenants.renamed"
