"""`make module m="…"`: add modules, or change those that exist, at this project's own release.

A description of a module that exists is compared with the one in the answers. Copier runs the
template's updates/, which merge the difference into the module's files and write a migration step.

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

from .answers import FILE, read_origin, refuse_edited_answers
from .conflicts import find_conflicts
from .descriptions import Unreadable, load
from .git import back_to_last_commit, changed
from .problem import Problem
from .releases import clone_of
from .update import copier_of, hand_over, refuse_unless_clean, run_copier

QUESTION = "custom_modules"
ENDINGS = (".yml", ".yaml")
MODULES = "src/app/modules"
EXAMPLE = (
    "make module m=contracts, or m='contracts: {fields: {title: str(80), worth: decimal(9, 2)?}}'"
)


def main() -> int:
    """Return 0 if all is merged, 1 if there are conflicts, 2 if nothing was changed."""
    parser = argparse.ArgumentParser(prog="python -m standard.module", description=__doc__)
    parser.add_argument("description", nargs="?", default=os.environ.get("MODULE", ""))
    parser.add_argument("--copier", help="the command to use instead of uvx")
    parser.add_argument("--dry-run", action="store_true", help="show what would change")
    arguments = parser.parse_args()
    try:
        return describe(arguments.description, copier=arguments.copier, dry=arguments.dry_run)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


def describe(description: str, *, copier: str | None, dry: bool = False) -> int:
    """Add or change modules; return 1 if there are conflicts. Raises Problem."""
    given = _read(description)
    _refuse_names_alone(given)
    refuse_unless_clean()
    refuse_edited_answers()
    origin = read_origin()
    answer = as_yaml(extended(_stored(), given))
    with clone_of(origin.template, origin.release) as release:
        release.refuse_without(origin.release)
        command = copier_of(release, copier)
    options = ["--trust", "--defaults", "--quiet", "--vcs-ref", ":current:"]
    ended = run_copier([*command, "update", *options, "--data", f"{QUESTION}={answer}"])
    conflicts = find_conflicts(by="the new description")
    if ended and not conflicts:
        back_to_last_commit()
        raise Problem(
            "Nothing changed; the reason is above. Everything is as it was. Put that right, then"
            " run make module again."
        )
    _tell()
    if dry:
        return _take_back(conflicts)
    return hand_over(conflicts) if conflicts else 0


def as_yaml(value: Any) -> str:
    """Return the value in ASCII, whatever the terminal's encoding.

    Copier reads YAML, where JSON's two halves of a character such as an emoji would be two.
    """
    text = json.dumps(value, default=str, ensure_ascii=False)
    return "".join(each if each.isascii() else f"\\U{ord(each):08x}" for each in text)


def _take_back(conflicts: list[str]) -> int:
    for line in (*changed(), *(f"Conflict: {conflict}" for conflict in conflicts)):
        print(f"  {line}")
    back_to_last_commit()
    print("This is what would change. Everything is as it was.")
    return 1 if conflicts else 0


def extended(stored: object, new: Mapping[str, Any]) -> object:
    """Return the answer with these modules, keeping its form if that form can express them."""
    known: dict[Any, Any] = dict(_pairs(_items(stored)))
    keys = {_bare(name): name for name in known}
    new = {name if "/" in name else keys.get(name, name): said for name, said in new.items()}
    if isinstance(stored, str) and not any(new.values()):
        return ", ".join([*known, *(name for name in new if name not in known)])
    if isinstance(stored, list):
        items = {**known, **new}
        return [{name: said} if said else name for name, said in items.items()]
    return {**known, **new}


def _items(stored: object) -> Any:
    return stored if isinstance(stored, (list, Mapping)) else _names(stored)


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


def _refuse_names_alone(given: Mapping[str, Any]) -> None:
    """Raises Problem if the answers have these modules, and nothing is said about them."""
    known = {_bare(name) for name, _ in _pairs(_items(_stored()))}
    if not any(given.values()) and all(_bare(name) in known for name in given):
        raise Problem(
            f"There is a module {next(iter(given))} already. To change it, say which fields it"
            " gets: docs/adding-a-module.md."
        )


def _bare(name: object) -> str:
    """Return the name without an explicit plural."""
    return str(name).partition("/")[0].strip()


def _stored() -> object:
    return yaml.safe_load(FILE.read_text(encoding="utf-8")).get(QUESTION)


def _tell() -> None:
    lines = [line for line in changed() if MODULES in line]
    added = {_folder(line) for line in lines if line.startswith("??")}
    edited = {_folder(line) for line in lines if not line.startswith("??")}
    if edited:
        print(f"Changed {', '.join(sorted(edited))}. Look at it with git diff.")
    if new := sorted(added - edited):
        print(f"Added {', '.join(new)}: all yours from now on. Next: make check")
    if not lines:
        print("The folder is as it was: its description says nothing new.")


def _folder(line: str) -> str:
    return "/".join(line[line.index(MODULES) :].strip('"').split("/")[:4])


if __name__ == "__main__":
    sys.exit(main())
