"""schemas.py: the constraints of each field, and the shapes of create, change and read."""

from ..code import Imports, file, indented, quoted
from ..field import Field
from ..module import Module
from ..reading import INT_LIMIT
from ..types import alias, default, incoming_type, optional, outgoing_type

INTEGER = f"Integer = Annotated[int, Field(ge=-{INT_LIMIT:_}, le={INT_LIMIT - 1:_})]"


def schemas(module: Module) -> str:
    name, imports = module.names.class_name, Imports()
    imports.add("datetime", "datetime")
    imports.add("uuid", "UUID")
    imports.add("app.kit.schemas", "Schema", "left_out")
    aliases = _aliases(module, imports)
    create = [f"class {name}Create(Schema):", indented(_created(field, imports) for field in module.fields)]
    change = [
        f"class {name}Change(Schema):",
        '    """Fields that are left out stay as they are."""',
        "",
        indented(f"{field.column}: {_incoming(field, imports)} = left_out()" for field in module.fields),
    ]
    read = [
        f"class {name}Read(Schema):",
        "    id: UUID",
        indented(f"{field.column}: {optional(field, outgoing_type(field, imports))}" for field in module.fields),
        "    created_at: datetime",
        "    updated_at: datetime",
    ]
    return file(imports, *("\n".join(lines) for lines in (aliases, create, change, read) if lines))


def _aliases(module: Module, imports: Imports) -> list[str]:
    lines = []
    if any(field.kind == "int" for field in module.fields):
        imports.add("typing", "Annotated")
        imports.add("pydantic", "Field")
        lines.append(INTEGER)
    lines += [f"{field.class_name} = {right}" for field in module.fields if (right := alias(field, imports))]
    if module.sorts:
        imports.add("typing", "Literal")
        names = ", ".join(quoted(f"{sign}{field.column}") for field in module.sorts for sign in ("", "-"))
        lines.append(f"{module.names.class_name}Sort = Literal[{names}]")
    return lines


def _created(field: Field, imports: Imports) -> str:
    typed = f"{field.column}: {_incoming(field, imports)}"
    if field.optional:
        return f"{typed} = None"
    return typed if field.default is None else f"{typed} = {default(field, imports)}"


def _incoming(field: Field, imports: Imports) -> str:
    return optional(field, incoming_type(field, imports))
