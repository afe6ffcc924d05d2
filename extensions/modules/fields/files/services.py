"""services.py: what a field asks of the service. A ref is looked up, a unique value must be free."""

from ..code import Imports, docstring, keywords
from ..field import Field
from ..module import Module
from ..sheet import Sheet
from ..types import default, python_type
from .repositories import list_arguments, list_parameters

_LIST = "async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Widget]:"
_CHANGE = "        widget = await self.widgets.change(await self.widgets.get(widget_id), **changes)\n"


def services(module: Module) -> str:
    sheet, imports = Sheet(module.names, "services.py"), Imports()
    _refer(sheet, module, imports)
    _list(sheet, module, imports)
    _create(sheet, module, imports)
    _change(sheet, module)
    _check_methods(sheet, module, imports)
    sheet.import_also(imports)
    return str(sheet)


def front_door(field: Field) -> tuple[str, str, str]:
    """Whom a ref asks: the attribute of the service, its class, and the module that has it."""
    if field.to_users:
        return "memberships", "MembershipService", "app.modules.tenants"
    return field.to.plural, f"{field.to.class_name}Service", f"app.modules.{field.to.package}"


def _refer(sheet: Sheet, module: Module, imports: Imports) -> None:
    asked = dict.fromkeys(front_door(field) for field in module.outer_refs)
    lines = ["        self.widgets = WidgetRepository(work.session)\n"]
    for attribute, service, origin in asked:
        imports.add(origin, service)
        lines.append(f"        self.{attribute} = {service}(work)\n")
    own = f"        self.{module.names.plural} = {module.names.class_name}Repository(work.session)\n"
    sheet.replace(lines[0], "".join([own, *lines[1:]]))


def _list(sheet: Sheet, module: Module, imports: Imports) -> None:
    parameters = ", ".join(["self", "*", *list_parameters(module, imports), "limit: int", "cursor: str | None = None"])
    sheet.replace(_LIST, f"async def list({parameters}) -> Rows[{module.names.class_name}]:")
    sheet.replace(
        "await self.widgets.list(limit=limit, cursor=cursor)",
        f"await self.{module.names.plural}.list({', '.join(list_arguments(module))})",
    )


def _create(sheet: Sheet, module: Module, imports: Imports) -> None:
    names = module.names
    parameters = ", ".join(_parameter(field, imports) for field in module.fields)
    said = docstring(_taken(module), 2) if module.uniques else ""
    sheet.replace(
        "    async def create(self, *, name: str) -> Widget:\n",
        f"    async def create(self, *, {parameters}) -> {names.class_name}:\n{said}",
    )
    checks = "".join(_checked_in_create(field, module) for field in module.fields)
    values = keywords((field.column, field.column) for field in module.fields)
    sheet.replace(
        "        widget = await self.widgets.create(name=name)\n",
        f"{checks}        {names.singular} = await self.{names.plural}.create({values})\n",
    )


def _parameter(field: Field, imports: Imports) -> str:
    typed = f"{field.column}: {python_type(field, imports)}"
    if field.optional:
        return f"{typed} | None = None"
    return typed if field.default is None else f"{typed} = {default(field, imports)}"


def _checked_in_create(field: Field, module: Module) -> str:
    lines = [line.format(value=field.column, but="") for line in _checks(field, module)]
    if not lines:
        return ""
    if field.optional:
        lines = [f"if {field.column} is not None:", *(f"    {line}" for line in lines)]
    return "".join(f"        {line}\n" for line in lines)


def _change(sheet: Sheet, module: Module) -> None:
    names = module.names
    checks = "".join(_checked_in_change(field, module) for field in module.fields)
    if not checks:
        return
    if module.uniques:
        sheet.replace(
            "    async def change(self, widget_id: UUID, **changes: Any) -> Widget:\n",
            f"    async def change(self, {names.singular}_id: UUID, **changes: Any) -> {names.class_name}:\n"
            f"{docstring(_taken(module), 2)}",
        )
    sheet.replace(
        _CHANGE,
        f"        {names.singular} = await self.{names.plural}.get({names.singular}_id)\n"
        f"{checks}"
        f"        {names.singular} = await self.{names.plural}.change({names.singular}, **changes)\n",
    )


def _checked_in_change(field: Field, module: Module) -> str:
    key = f'changes["{field.column}"]'
    lines = [line.format(value=key, but=f", but={module.names.singular}_id") for line in _checks(field, module)]
    if not lines:
        return ""
    given = f'changes.get("{field.column}") is not None' if field.optional else f'"{field.column}" in changes'
    return "".join(f"        {line}\n" for line in [f"if {given}:", *(f"    {line}" for line in lines)])


def _checks(field: Field, module: Module) -> list[str]:
    lines = []
    if field.kind == "ref":
        asked = module.names.plural if field.target == module.names else front_door(field)[0]
        lines.append(f"await self.{asked}.get({{value}})")
    if field.unique:
        lines.append(f"await self._check_{field.name}({{value}}{{but}})")
    return lines


def _check_methods(sheet: Sheet, module: Module, imports: Imports) -> None:
    for field in module.uniques:
        imports.add(".errors", module.error(field))
        kind = python_type(field, imports)
        sheet.text += "\n".join(
            [
                "",
                f"    async def _check_{field.name}(self, {field.column}: {kind}, *, but: UUID | None = None) -> None:",
                f"        other = await self.{module.names.plural}.find_by_{field.name}({field.column})",
                "        if other is not None and other.id != but:",
                f"            raise {module.error(field)}",
                "",
            ]
        )


def _taken(module: Module) -> str:
    return f"Raises {', '.join(map(module.error, module.uniques))}."
