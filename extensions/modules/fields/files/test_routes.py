"""tests/test_routes.py: what travels, what is refused, and what a ref does when its row goes."""

from ..code import Imports
from ..field import Field
from ..module import Module
from ..sheet import Sheet
from ..types import json_example, wrong_example
from .factory import factory_of, needs_await, needs_work

_BODY = """@pytest.fixture
def body() -> dict[str, Any]:
    \"\"\"What a widget is made of, as it travels.\"\"\"
    values: dict[str, Any] = to_jsonable_python(widget_values())
    return values
"""
_STORES = """    @pytest.mark.parametrize(("field", "value"), [("name", "Second")])
    async def test_stores(
        self, client: AsyncClient, address: str, field: str, value: object
    ) -> None:
        before = (await client.get(address)).json()

        after = (await client.patch(address, json={field: value})).json()

        assert after == {**before, field: value, "updated_at": after["updated_at"]}
        assert (await client.get(address)).json() == after

"""
_VALUES = '(("field", "value"), [("name", "Second")])'
_WRONG = '(("field", "value"), [("name", "  ")])'


def test_routes(module: Module) -> str:
    sheet, imports = Sheet(module.names, "tests/test_routes.py"), Imports()
    _body(sheet, module)
    sheet.replace(_WRONG, _parameters([f'("{field.column}", {wrong_example(field)})' for field in module.fields]))
    changes = [change for field in module.fields for change in _changes(field)]
    if changes:
        sheet.replace(_VALUES, _parameters(changes))
    else:
        sheet.replace(_STORES, "")
    for field in module.refs:
        sheet.text += f"\n\n{_reference(field, module, imports)}"
    sheet.import_also(imports)
    return str(sheet)


def _parameters(pairs: list[str]) -> str:
    return f'(("field", "value"), [{", ".join(pairs)}])'


def _changes(field: Field) -> list[str]:
    if field.kind == "ref":
        return []
    changed = [f'("{field.column}", {json_example(field, 1)})']
    return [*changed, f'("{field.column}", None)'] if field.optional else changed


def _body(sheet: Sheet, module: Module) -> None:
    if not needs_work(module):
        return
    names = module.names
    awaited = "await " if needs_await(module) else ""
    lines = [
        "@pytest_asyncio.fixture",
        "async def body(work: UnitOfWork) -> dict[str, Any]:",
        f'    """What {names.label_with_article} is made of, as it travels."""',
        f"    values: dict[str, Any] = to_jsonable_python({awaited}{names.singular}_values(work))",
        "    await work.commit()",
        "    return values",
        "",
    ]
    if not awaited:
        lines = [lines[0].replace("pytest_asyncio", "pytest"), lines[1].removeprefix("async "), *lines[2:4], *lines[5:]]
    sheet.replace(_BODY, "\n".join(lines))


def _reference(field: Field, module: Module, imports: Imports) -> str:
    imports.add("app.kit.ids", "new_id")
    name = f"class TestReferenceTo{field.class_name}:"
    if field.to_users:
        imports.add("tests.support.people", "Person")
        return f"{name}\n{_refuses_strange_user(field)}"
    if field.target != module.names:
        imports.add(*factory_of(field))
    return f"{name}\n{_refuses_strange_row(field)}\n{_goes(field, module)}"


def _refuses_strange_user(field: Field) -> str:
    return f"""    async def test_refuses_somebody_of_another_tenant(
        self, client: AsyncClient, rival: Person, body: dict[str, Any], address: str
    ) -> None:
        strange = {{"{field.column}": str(rival.user_id)}}

        created = await client.post(URL, json={{**body, **strange}})
        changed = await client.patch(address, json=strange)
        unknown = await client.post(URL, json={{**body, "{field.column}": str(new_id())}})

        assert created.status_code == changed.status_code == 404
        assert created.json()["type"] == unknown.json()["type"]
"""


def _refuses_strange_row(field: Field) -> str:
    _, make = factory_of(field)
    return f"""    async def test_refuses_one_of_a_stranger(
        self,
        client: AsyncClient,
        rival_work: UnitOfWork,
        body: dict[str, Any],
        address: str,
    ) -> None:
        strange = {{"{field.column}": str((await {make}(rival_work)).id)}}
        await rival_work.commit()

        created = await client.post(URL, json={{**body, **strange}})
        changed = await client.patch(address, json=strange)
        unknown = await client.post(URL, json={{**body, "{field.column}": str(new_id())}})

        assert created.status_code == changed.status_code == 404
        assert created.json()["type"] == unknown.json()["type"]
"""


def _goes(field: Field, module: Module) -> str:
    """What becomes of a row when the one that it refers to is deleted."""
    _, make = factory_of(field)
    title, *asserted = _RULES[field.on_delete]
    lines = [
        f"    async def test_{title}(self, client: AsyncClient, work: UnitOfWork) -> None:",
        f"        target = await {make}(work)",
        f"        row = await make_{module.names.singular}(work, {field.column}=target.id)",
        "        await work.commit()",
        "",
        f'        answer = await client.delete(f"/api/v1/{field.to.url}/{{target.id}}")',
        '        left = await client.get(f"{URL}/{row.id}")',
        "",
        *(f"        {line.format(column=field.column)}" for line in asserted),
        "",
    ]
    return "\n".join(lines)


_RULES = {
    "restrict": ("keeps_it_from_going", "assert answer.status_code == 409", "assert left.status_code == 200"),
    "cascade": ("goes_with_it", "assert answer.status_code == 204", "assert left.status_code == 404"),
    "set null": (
        "is_left_empty_when_it_goes",
        "assert answer.status_code == 204",
        'assert left.json()["{column}"] is None',
    ),
}
