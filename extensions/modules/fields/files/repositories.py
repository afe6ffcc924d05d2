"""repositories.py: whom to find by what, and how a list is narrowed and sorted."""

from ..code import Imports, file
from ..field import Field
from ..module import Module
from ..types import python_type


def repositories(module: Module) -> str:
    name, imports = module.names.class_name, Imports()
    base = "SortedRepository" if module.sorts else "Repository"
    imports.add("app.database.sorting" if module.sorts else "app.database.repository", base)
    imports.add(".models", name)
    body = [f"class {name}Repository({base}[{name}]):", f"    model = {name}"]
    for field in module.uniques:
        body += ["", *_find_by(field, name, imports)]
    if module.filters or module.sorts:
        body += ["", *_list(module, imports)]
    exported = f'__all__ = ["{name}", "{name}Repository"]'
    return file(imports, "\n\n".join([exported, *_sorts(module, imports)]), "\n".join(body))


def list_parameters(module: Module, imports: Imports) -> list[str]:
    """What a list can be narrowed to and sorted by, each `None` when not asked for."""
    filters = [f"{field.column}: {python_type(field, imports)} | None = None" for field in module.filters]
    return [*filters, *(["sort: str | None = None"] if module.sorts else [])]


def list_arguments(module: Module) -> list[str]:
    names = [*(field.column for field in module.filters), *(["sort"] if module.sorts else []), "limit", "cursor"]
    return [f"{name}={name}" for name in names]


def _sorts(module: Module, imports: Imports) -> list[str]:
    if not module.sorts:
        return []
    imports.add("app.database.sorting", "sorts")
    return [f"SORTS = sorts({', '.join(f'{module.names.class_name}.{field.column}' for field in module.sorts)})"]


def _find_by(field: Field, name: str, imports: Imports) -> list[str]:
    kind = python_type(field, imports)
    return [
        f"    async def find_by_{field.name}(self, {field.column}: {kind}) -> {name} | None:",
        f"        return await self.first(self.query().where({name}.{field.column} == {field.column}))",
    ]


def _list(module: Module, imports: Imports) -> list[str]:
    name = module.names.class_name
    imports.add("app.kit.rows", "Rows")
    parameters = ", ".join(["self", "*", *list_parameters(module, imports), "limit: int", "cursor: str | None = None"])
    lines = [f"    async def list({parameters}) -> Rows[{name}]:", *_docstring(module), "        query = self.query()"]
    for field in module.filters:
        lines += [
            f"        if {field.column} is not None:",
            f"            query = query.where({name}.{field.column} == {field.column})",
        ]
    if not module.sorts:
        return [*lines, "        return await self.page(query, limit=limit, cursor=cursor)"]
    return [
        *lines,
        "        by = SORTS[sort] if sort else None",
        "        return await self.sorted_page(query, sort=by, limit=limit, cursor=cursor)",
    ]


def _docstring(module: Module) -> list[str]:
    order = ", unless a sort says otherwise" if module.sorts else ""
    return [f'        """The newest first{order}. Raises InvalidCursor."""']
