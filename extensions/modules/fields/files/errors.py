"""errors.py: one error for each value that only one row may have. A module without such a value has no such file."""

from ..field import Field
from ..module import Module
from ..code import Imports, file


def errors(module: Module) -> str:
    imports = Imports()
    imports.add("app.core.errors", "Conflict")
    return file(imports, *(_error(module, field) for field in module.uniques)) if module.uniques else ""


def _error(module: Module, field: Field) -> str:
    detail = f"Another {module.names.label} has this {field.label} already."
    return "\n".join(
        [
            f"class {module.error(field)}(Conflict):",
            f'    """{detail} Choose another one."""',
            "",
            f'    title = "This {field.label} is taken"',
            f'    detail = "{detail}"',
        ]
    )
