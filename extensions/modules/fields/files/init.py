"""__init__.py: the front door also offers the module's errors."""

from ..code import Imports, quoted
from ..module import Module
from ..sheet import Sheet


def init(module: Module) -> str:
    sheet = Sheet(module.names, "__init__.py")
    if module.uniques:
        title, _, rest = sheet.text.partition("\n\n")
        imports, _, exported = rest.partition("\n\n")
        known = Imports()
        for line in imports.split("\n"):
            known.read(line)
        known.add(".errors", *map(module.error, module.uniques))
        names = [name.strip('"') for name in exported.removeprefix("__all__ = [").rstrip("]\n").split(", ")]
        every = sorted({*names, *map(module.error, module.uniques)})
        sheet.text = f"{title}\n\n{known}\n\n__all__ = [{', '.join(map(quoted, every))}]\n"
    return str(sheet)
