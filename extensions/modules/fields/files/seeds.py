"""seeds.py: three rows, each with its own row of what it needs."""

import re

from ..code import Imports, file, keywords
from ..field import Field
from ..module import Module
from .services import front_door

_ROWS = 3


def seeds(module: Module) -> str:
    names, imports = module.names, Imports()
    imports.add("app.core.unit_of_work", "UnitOfWork")
    imports.add(".services", f"{names.class_name}Service")
    refs = [field for field in module.outer_refs if field.required]
    values = {field.column: _value(field, module, imports) for field in module.fields if field.required}
    numbered = any(re.search(r"\bnumber\b", value) for value in values.values())
    lines = [
        "async def seed(work: UnitOfWork) -> None:",
        '    """Rows for a developer\'s first look."""',
        *_needed(refs, imports),
        f"    for {_loop(refs, numbered=numbered)}:",
        f"        await {names.class_name}Service(work).create({keywords(values.items())})",
    ]
    return file(imports, "\n".join(lines))


def _needed(refs: list[Field], imports: Imports) -> list[str]:
    lines = {}
    for field in refs:
        _, service, origin = front_door(field)
        imports.add(origin, service)
        cursor = ", cursor=None" if field.to_users else ""
        lines[_rows(field)] = f"    {_rows(field)} = await {service}(work).list(limit={_ROWS}{cursor})"
    several = [f"    rows = zip({', '.join(f'{_rows(field)}.items' for field in refs)}, strict=False)"]
    return [*lines.values(), *(several if len(refs) > 1 else [])]


def _loop(refs: list[Field], *, numbered: bool) -> str:
    if not refs:
        return f"{'number' if numbered else '_'} in range(1, {_ROWS + 1})"
    row = refs[0].name if len(refs) == 1 else ", ".join(field.name for field in refs)
    items = f"{_rows(refs[0])}.items" if len(refs) == 1 else "rows"
    if not numbered:
        return f"{row} in {items}"
    return f"number, {row if len(refs) == 1 else f'({row})'} in enumerate({items}, start=1)"


def _rows(field: Field) -> str:
    return f"some_{field.to.plural}"


def _value(field: Field, module: Module, imports: Imports) -> str:
    match field.kind:
        case "ref":
            return f"{field.name}.{'user_id' if field.to_users else 'id'}"
        case "int":
            return "number"
        case "decimal":
            imports.add("decimal", "Decimal")
            shift = f".scaleb(-{field.places})" if field.digits == field.places else ""
            return f"Decimal(number){shift}"
        case "bool":
            return "True"
        case "date":
            imports.add("datetime", "date")
            return "date(2030, 1, number)"
        case "datetime":
            imports.add("datetime", "UTC", "datetime")
            return "datetime(2030, 1, number, tzinfo=UTC)"
        case "uuid":
            imports.add("uuid", "UUID")
            return "UUID(int=number)"
        case "json":
            return '{"number": number}'
        case "enum":
            return f'"{field.values[0]}"'
        case "email":
            return f'f"{module.names.singular}{{number}}@example.com"'
        case "url":
            return f'f"https://example.com/{module.names.url}/{{number}}"'
        case _:
            return _text(field, module)


def _text(field: Field, module: Module) -> str:
    label = module.names.label.capitalize()
    return f'f"{label} {{number}}"' if field.kind == "text" or len(label) + 2 <= field.length else "str(number)"
