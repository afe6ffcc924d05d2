"""`make standard-check`: report edited files of the standard, and conflicts."""

from .answers import EDITED, are_as_written, read_origin
from .conflicts import RESOLVE, find_conflicts
from .git import is_repository
from .ownership import Difference, find_differences, read_beside, read_edited
from .problem import Problem


def check() -> int:
    if not is_repository():
        raise Problem("This is no git repository yet: git init, git add --all, git commit.")
    conflicts, differences = find_conflicts(), find_differences()
    for conflict in conflicts:
        print(conflict)
    if conflicts:
        print(RESOLVE)
    for difference in differences:
        print(f"{difference.path}: {difference.what}, and it is the standard's")
    edited_answers = not are_as_written()
    if edited_answers:
        print(EDITED)
    _tell_obstacle()
    if differences:
        _advise(differences)
    elif not conflicts and not edited_answers:
        edited = read_edited()
        print(f"The standard is as it came{f', but for {len(edited)} files' if edited else ''}.")
    return 1 if conflicts or differences or edited_answers else 0


def _tell_obstacle() -> None:
    """Print what prevents updates of this project, before anyone needs an update."""
    try:
        read_origin()
    except Problem as problem:
        print(f"Note: {problem}")


def _advise(differences: list[Difference]) -> None:
    """Suggest where else to make the edits: each edit here may need a look at each update."""
    beside = read_beside()
    for difference in differences:
        if difference.path in beside:
            print(f"  instead of {difference.path}: {beside[difference.path]}")
    print("  Put it back, or write down in standard/edited.toml why it has to differ:")
    print("    [edited]")
    print(f'    "{differences[0].path}" = "the reason"')
