"""tests/test_services.py: how a list narrows and sorts, and that a unique value is unique within a tenant only."""

from ..code import Imports
from ..field import Field
from ..module import Module
from ..sheet import Sheet
from ..types import example
from .factory import factory_of

_DELETE = "\n\nclass TestDelete:\n"


def test_services(module: Module) -> str:
    sheet, imports = Sheet(module.names, "tests/test_services.py"), Imports()
    listed = [
        *(_narrows(field, module, imports) for field in module.filters),
        *(_sorts(field, module, imports) for field in module.sorts),
    ]
    uniques = "".join(f"\n\n{_unique(field, module, imports)}" for field in module.uniques)
    if listed or uniques:
        sheet.replace(_DELETE, f"{''.join(f'{chr(10)}{test}' for test in listed)}{uniques}{_DELETE}")
    sheet.import_also(imports)
    return str(sheet)


def _narrows(field: Field, module: Module, imports: Imports) -> str:
    names = module.names
    prepared, value = _value(field, module, imports)
    service = f"{names.class_name}Service(work)"
    return "\n".join(
        [
            f"    async def test_narrows_to_{field.name}(self, work: UnitOfWork) -> None:",
            *prepared,
            f"        row = await make_{names.singular}(work, {field.column}={value})",
            "",
            f"        page = await {service}.list({field.column}={value}, limit=2)",
            f"        rest = await {service}.list({field.column}={_other(field, imports)}, limit=2)",
            "",
            "        assert [found.id for found in page.items] == [row.id]",
            "        assert not rest.items",
            "",
        ]
    )


def _value(field: Field, module: Module, imports: Imports) -> tuple[list[str], str]:
    if field.kind != "ref":
        return [], example(field, 0, imports)
    if field.to_users:
        return [], "work.actor.user_id"
    origin, make = factory_of(field)
    imports.add(".factory" if field.target == module.names else origin, make)
    return [f"        target = await {make}(work)"], "target.id"


def _other(field: Field, imports: Imports) -> str:
    match field.kind:
        case "ref":
            imports.add("app.kit.ids", "new_id")
            return "new_id()"
        case "enum" if len(field.values) == 1:
            return '"no such value"'
        case _:
            return example(field, 1, imports)


def _sorts(field: Field, module: Module, imports: Imports) -> str:
    names = module.names
    values = [example(field, number, imports) for number in range(3)]
    service = f"{names.class_name}Service(work)"
    empty, last = ("None, ", ", None") if field.optional else ("", "")
    return "\n".join(
        [
            f"    async def test_sorts_by_{field.name}(self, work: UnitOfWork) -> None:",
            f"        first, second, third = [{', '.join(values)}]",
            f"        for value in (second, {empty}third, first):",
            f"            await make_{names.singular}(work, {field.column}=value)",
            "",
            f'        page = await {service}.list(sort="{field.column}", limit=2)',
            f'        rest = await {service}.list(sort="{field.column}", limit=2, cursor=page.next_cursor)',
            f'        back = await {service}.list(sort="-{field.column}", limit=4)',
            "",
            f"        assert [row.{field.column} for row in page.items] == [first, second]",
            f"        assert [row.{field.column} for row in rest.items] == [third{last}]",
            f"        assert [row.{field.column} for row in back.items] == [{empty}third, second, first]",
            "",
        ]
    )


def _unique(field: Field, module: Module, imports: Imports) -> str:
    names = module.names
    error = module.error(field)
    imports.add("..errors", error)
    prepared, value = _value(field, module, imports)
    service = f"{names.class_name}Service(work)"
    lines = [
        f"class TestUnique{field.class_name}:",
        "    async def test_is_refused_when_taken(self, work: UnitOfWork) -> None:",
        *prepared,
        f"        row = await make_{names.singular}(work, {field.column}={value})",
        f"        other = await make_{names.singular}(work)",
        "",
        f"        with pytest.raises({error}):",
        f"            await make_{names.singular}(work, {field.column}={value})",
        f"        with pytest.raises({error}):",
        f"            await {service}.change(other.id, {field.column}={value})",
        f"        await {service}.change(row.id, {field.column}={value})",
        "",
    ]
    return "\n".join([*lines, *_elsewhere(field, module, value)])


def _elsewhere(field: Field, module: Module, value: str) -> list[str]:
    if field.kind == "ref":
        return []
    make = f"make_{module.names.singular}"
    return [
        "    async def test_is_free_in_another_tenant(",
        "        self, work: UnitOfWork, rival_work: UnitOfWork",
        "    ) -> None:",
        f"        await {make}(work, {field.column}={value})",
        "        await work.commit()",
        "",
        f"        row = await {make}(rival_work, {field.column}={value})",
        "",
        f"        assert row.{field.column} == {value}",
        "",
    ]
