"""routes.py: a list that can be narrowed and sorted, and a create that names each field."""

from ..code import Imports, keywords
from ..module import Module
from ..sheet import Sheet
from ..types import python_type
from .repositories import list_arguments

_LIST = """async def list_all(
    widgets: Service, limit: Limit = 50, cursor: str | None = None
) -> Page[WidgetRead]:
    return Page[WidgetRead].model_validate(await widgets.list(limit=limit, cursor=cursor))
"""
_CREATE = "    return WidgetRead.model_validate(await widgets.create(name=body.name))\n"


def routes(module: Module) -> str:
    sheet, imports = Sheet(module.names, "routes.py"), Imports()
    sheet.replace(_CREATE, _create(module))
    if module.filters or module.sorts:
        sheet.replace(_LIST, _list(module, imports))
    sheet.import_also(imports)
    return str(sheet)


def _create(module: Module) -> str:
    names = module.names
    values = keywords((field.column, f"body.{field.column}") for field in module.fields)
    created = f"await {names.plural}.create({values})"
    if len(module.fields) == 1:
        return f"    return {names.class_name}Read.model_validate({created})\n"
    return f"    {names.singular} = {created}\n    return {names.class_name}Read.model_validate({names.singular})\n"


def _list(module: Module, imports: Imports) -> str:
    names = module.names
    filters = []
    for field in module.filters:
        if field.kind == "enum":
            imports.add(".schemas", field.class_name)
            kind = field.class_name
        else:
            kind = python_type(field, imports)
        filters.append(f"{field.column}: {kind} | None = None")
    if module.sorts:
        imports.add(".schemas", f"{names.class_name}Sort")
        filters.append(f"sort: {names.class_name}Sort | None = None")
    parameters = [f"{names.plural}: Service", *filters, "limit: Limit = 50", "cursor: str | None = None"]
    return (
        f"async def list_all({', '.join(parameters)}) -> Page[{names.class_name}Read]:\n"
        f"    rows = await {names.plural}.list({', '.join(list_arguments(module))})\n"
        f"    return Page[{names.class_name}Read].model_validate(rows)\n"
    )
