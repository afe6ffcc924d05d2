"""`python -m standard check | update | update-check | settle | imports`; `make` calls it."""

import argparse
import sys

from .check import check
from .imports import imports
from .problem import Problem
from .settle import settle
from .update import update
from .update_check import update_check


def main() -> int:
    """Return 0 for success, 1 if something was found or is left to do, 2 if the command failed."""
    arguments = _read(sys.argv[1:])
    try:
        match arguments.command:
            case "check":
                return check()
            case "update":
                return update(to=arguments.to, answers=arguments.answer, copier=arguments.copier)
            case "update-check":
                return update_check(as_json=arguments.json)
            case "imports":
                return imports(write=arguments.write)
            case _:
                return settle()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 2


def _read(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standard", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="name every file of the standard that was edited")
    update_command = commands.add_parser("update", help="pull in what the standard has learned")
    update_command.add_argument("--to", help="a release such as v1.2.0, or HEAD; the newest one")
    update_command.add_argument("--answer", action="append", default=[], help="such as ci=gitlab")
    update_command.add_argument("--copier", help="the command to use instead of uvx")
    newer = commands.add_parser("update-check", help="whether there is a newer release")
    newer.add_argument("--json", action="store_true")
    moved = commands.add_parser("imports", help="find imports of what the standard has moved")
    moved.add_argument("--write", action="store_true", help="change them")
    commands.add_parser("settle", help="after an update: environment, new migrations, all checks")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
