"""tests/factory.py: a row to test with, and what it needs."""

from ..code import Imports, file
from ..field import Field
from ..module import Module
from ..types import counted_example, example


def factory(module: Module) -> str:
    names, imports = module.names, Imports()
    imports.add("typing", "Any")
    imports.add("app.core.unit_of_work", "UnitOfWork")
    imports.add("..repositories", names.class_name)
    imports.add("..services", f"{names.class_name}Service")
    values = ", ".join(f'"{field.column}": {_value(field, imports)}' for field in module.fields if field.required)
    counter = _counter(module, imports)
    given, parameter = ("work", "work: UnitOfWork") if needs_work(module) else ("", "")
    made = f"{names.singular}_values({given})"
    awaited = "await " if needs_await(module) else ""
    return file(
        imports,
        *counter,
        "\n".join(
            [
                f"{'async ' if awaited else ''}def {names.singular}_values({parameter}) -> dict[str, Any]:",
                f'    """What {names.label_with_article} is made of."""',
                f"    return {{{values}}}",
            ]
        ),
        "\n".join(
            [
                f"async def make_{names.singular}(work: UnitOfWork, **values: Any) -> {names.class_name}:",
                f'    """{names.label_with_article.capitalize()} to test with; give what matters to the test."""',
                f"    return await {names.class_name}Service(work).create(**{{**{awaited}{made}, **values}})",
            ]
        ),
    )


def needs_work(module: Module) -> bool:
    return any(field.required for field in module.refs)


def needs_await(module: Module) -> bool:
    return any(field.required and (field.unique or not field.to_users) for field in module.refs)


def factory_of(field: Field) -> tuple[str, str]:
    """The module and the function that make what a ref refers to."""
    return f"app.modules.{field.to.package}.tests.factory", f"make_{field.to.singular}"


def _value(field: Field, imports: Imports) -> str:
    if field.to_users and field.unique:
        imports.add("tests.support.people", "colleague")
        return "await colleague(work)"
    if field.to_users:
        return "work.actor.user_id"
    if field.kind == "ref":
        origin, make = factory_of(field)
        imports.add(origin, make)
        return f"(await {make}(work)).id"
    return counted_example(field, imports) if field.unique else example(field, 0, imports)


def _counter(module: Module, imports: Imports) -> list[str]:
    if not any(field.unique and field.required and field.kind != "ref" for field in module.fields):
        return []
    imports.add("itertools", "count")
    return ["NUMBERS = count(100)"]
