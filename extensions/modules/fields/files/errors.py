"""errors.py: one error for each value that only one row may have. A module without such a value has no such file."""

from ..code import Imports, docstring, file
from ..field import Field
from ..module import Module


def errors(module: Module) -> str:
    imports = Imports()
    imports.add("app.core.errors", "Conflict")
    return file(imports, *(_error(module, field) for field in module.uniques)) if module.uniques else ""


def _error(module: Module, field: Field) -> str:
    label = module.names.label
    return "\n".join(
        [
            f"class {module.error(field)}(Conflict):",
            docstring(f"Another {label} has this {field.label} already. Choose another one.", 1),
            f'    title = "This {field.label} is taken"',
            f'    detail = "Another {label} has it already."',
        ]
    )
