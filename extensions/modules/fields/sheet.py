"""A file of the skeleton in a module's words, in which some lines give way to those of its fields.

What the skeleton learns, modules with fields learn too; where it no longer has the lines, that is an error here.
"""

from ..layout import lay_out
from ..names import Names
from ..skeleton import rename, rename_markdown, rename_python
from .code import Imports


class SkeletonChanged(Exception):
    """The skeleton no longer has the lines that a field replaces: change both together."""


class Sheet:
    def __init__(self, names: Names, file: str) -> None:
        self.names = names
        self.file = file
        self.text = rename(names, file)

    def replace(self, old: str, new: str) -> None:
        """`old` in the skeleton's words, `new` in the module's. Raises SkeletonChanged."""
        words = rename_markdown if self.file.endswith(".md") else rename_python
        found = words(old, self.names)
        if self.text.count(found) != 1:
            raise SkeletonChanged(f"{self.file} has {self.text.count(found)} times:\n{found}")
        self.text = self.text.replace(found, new)

    def import_also(self, imports: Imports) -> None:
        """Beside what the skeleton's file imports."""
        lines = self.text.split("\n")
        last = max(number for number, line in enumerate(lines) if line.startswith(("from ", "import ")))
        for line in lines[: last + 1]:
            imports.read(line)
        self.text = "\n".join([str(imports), *lines[last + 1 :]])

    def __str__(self) -> str:
        return lay_out(self.text) if self.file.endswith(".py") else self.text
