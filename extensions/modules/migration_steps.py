"""Chain the first migrations: the standard's steps, then those of ready-made modules, then of custom ones.

The project's own `app adopt` chains later steps. It fills in the same `migrations/revision.txt`, so that both
produce identical files.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .fields import Module, in_order

_TEMPLATE = Path(__file__).parents[2] / "template"
_FIRST_STEP = "s0001_create"


@dataclass(frozen=True)
class Step:
    module: str
    title: str

    @property
    def revision(self) -> str:
        """Return twelve hex digits, like Alembic's ids: its table allows 32 characters, and module paths are longer."""
        return sha256(self.module.encode()).hexdigest()[:12]

    @property
    def file(self) -> str:
        owner = self.module.split(".")[-3 if self.module.startswith("app.") else -2]
        return f"{owner}_{self.module.split('.')[-1]}.py"


def first_chain(modules: Iterable[Module], ready_made: Iterable[str] = ()) -> list[dict[str, str]]:
    """Return the files for `migrations/versions/` with their texts. Modules have the order of `app adopt`."""
    text = (_TEMPLATE / "migrations/revision.txt").read_text(encoding="utf-8")
    ours = [*_steps("standard"), *(step for name in sorted(ready_made) for step in _steps(f"ready_made/{name}"))]
    chain = [*ours, *map(_module_step, in_order(modules))]
    before = [None, *(step.revision for step in chain)]
    return [
        {
            "file": step.file,
            "text": text.format(
                title=step.title,
                step=step.module,
                revision=step.revision,
                down_revision=f'"{down}"' if down else None,
            ),
        }
        for step, down in zip(chain, before, strict=False)
    ]


def _steps(folder: str) -> Iterator[Step]:
    for file in sorted((_TEMPLATE / "migrations" / folder).glob("s[0-9]*.py")):
        module = f"migrations.{folder.replace('/', '.')}.{file.stem}"
        yield Step(module, _title(file.read_text(encoding="utf-8")))


def _module_step(module: Module) -> Step:
    return Step(f"app.modules.{module.names.package}.migrations.{_FIRST_STEP}", module.title)


def _title(source: str) -> str:
    documentation = ast.get_docstring(ast.parse(source)) or ""
    return documentation.split("\n")[0]
