"""`make module m="…"`: add a module, at the release of the standard that this project has.

This is the only command here that needs a package: PyYAML, which `make` provides.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .answers import FILE, read_origin
from .descriptions import Unreadable, load
from .git import back_to_last_commit, changed
from .problem import Problem
from .releases import clone_of
from .update import copier_of, refuse_unless_clean, run_copier

QUESTION = "custom_modules"
ENDINGS = (".yml", ".yaml")
MODULES = "src/app/modules"
EXAMPLE = (
    "make module m=contracts, or m='contracts: {fields: {title: str(80), worth: decimal(9, 2)?}}'"
)


def main() -> int:
    """Return 0 if the module was added, 2 if nothing was changed."""
    parser = argparse.ArgumentParser(prog="python -m standard.module", description=__doc__)
    parser.add_argument("description", nargs="?", default=os.environ.get("MODULE", ""))
    parser.add_argument("--copier", help="the command to use instead of uvx")
    arguments = parser.parse_args()
    try:
        add(arguments.description, copier=arguments.copier)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def add(description: str, *, copier: str | None) -> None:
    """Raises Problem."""
    new = _read(description)
    _refuse_known(new)
    refuse_unless_clean()
    origin = read_origin()
    answer = json.dumps(extended(_stored(), new), default=str)
    with clone_of(origin.template, origin.release) as release:
        release.refuse_without(origin.release)
        command = copier_of(release, copier)
    options = ["--trust", "--defaults", "--quiet", "--vcs-ref", ":current:"]
    ended = run_copier([*command, "update", *options, "--data", f"{QUESTION}={answer}"])
    if ended:
        back_to_last_commit()
        raise Problem(
            "Not added; Copier's reason is above. Everything is as it was. Put that right, then"
            " run make module again."
        )
    _tell()


def extended(stored: object, new: Mapping[str, Any]) -> object:
    """Return the answer with the new modules, keeping its form if that form can express them."""
    if isinstance(stored, str) and not any(new.values()):
        return ", ".join([*filter(None, [stored]), *new])
    if isinstance(stored, list):
        return [*stored, *({name: said} if said else name for name, said in new.items())]
    known = stored if isinstance(stored, Mapping) else _names(stored)
    return {**known, **new}


def _names(stored: object) -> dict[str, None]:
    return {name.strip(): None for name in str(stored or "").split(",") if name.strip()}


def _read(description: str) -> dict[str, Any]:
    """Read names, a description, or the path of a file with one. Raises Problem."""
    said = _parsed(description)
    if isinstance(said, str):
        return dict(_names(said))
    if isinstance(said, list):
        said = dict(_pairs(said))
    if not isinstance(said, Mapping) or not said:
        raise Problem(f"Say which module: {EXAMPLE}")
    if QUESTION in said:
        raise Problem(f"Leave {QUESTION} out, and begin with the module's name: {EXAMPLE}")
    return {str(name): about for name, about in said.items()}


def _pairs(items: Iterable[object]) -> Iterator[tuple[object, Any]]:
    """Yield the names in a list or a mapping with their descriptions."""
    for item in items.items() if isinstance(items, Mapping) else items:
        if isinstance(item, Mapping):
            yield from item.items()
        else:
            yield item if isinstance(item, tuple) else (item, None)


def _parsed(description: str) -> Any:
    if not description.endswith(ENDINGS):
        return _loaded(description, "This")
    try:
        return _loaded(Path(description).read_text(encoding="utf-8"), description)
    except OSError as error:
        raise Problem(f"{description} cannot be read: {error.strerror}. Check its path.") from None
    except UnicodeDecodeError:
        raise Problem(f"{description} is not in UTF-8: save it as UTF-8") from None


def _loaded(text: str, what: str) -> Any:
    try:
        return load(text)
    except Unreadable as error:
        raise Problem(f"{what} cannot be read, {error}\nWrite for example: {EXAMPLE}") from None


def _refuse_known(new: Mapping[str, Any]) -> None:
    """Raises Problem for modules in the answers. Modules that came otherwise may join them."""
    known = _known(_stored())
    for name in new:
        if _bare(name) in known:
            raise Problem(
                f"There is a module {name} already, and its files are yours:"
                " docs/adding-a-module.md shows how to add a field to it."
            )


def _known(stored: object) -> set[str]:
    items = stored if isinstance(stored, (list, Mapping)) else _names(stored)
    return {_bare(name) for name, _ in _pairs(items)}


def _bare(name: object) -> str:
    """Return the name without an explicit plural."""
    return str(name).partition("/")[0].strip()


def _stored() -> object:
    return yaml.safe_load(FILE.read_text(encoding="utf-8")).get(QUESTION)


def _tell() -> None:
    added = sorted({"/".join(line[3:].split("/")[:4]) for line in changed() if MODULES in line})
    if added:
        print(f"Added {', '.join(added)}: all yours from now on. Next: make check")
    else:
        print("The folder was there already and is as it was. From now on others can refer to it.")


if __name__ == "__main__":
    sys.exit(main())
