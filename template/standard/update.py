"""`make update`: refuse, tell, merge, look, settle."""

import shlex
import subprocess
import sys
from pathlib import Path

from .answers import Origin, read_origin, read_questions
from .conflicts import find_conflicts
from .git import PROJECT, back_to_last_commit, changed, git, is_repository
from .hidden import refuse_hidden_files
from .problem import Problem
from .releases import Release, clone_of, latest_release
from .update_check import is_newer

BACK = "git reset --quiet -- . && git checkout HEAD -- . && git clean -fd -- ."


def update(*, to: str | None, copier: str | None) -> int:
    refuse_unless_clean()
    origin = read_origin()
    target = to or latest_release(origin.template)
    if target is None:
        raise Problem(f"{origin.template} has no release yet: make update v=HEAD takes a commit.")
    if to is None and not is_newer(target, origin):
        print(f"Up to date: {origin.release}.")
        return 0
    with clone_of(origin.template, target) as release:
        _tell(origin, release)
        command = [*copier_of(release, copier), "update", "--trust", "--defaults", "--quiet"]
    before = read_questions()
    ended = run_copier([*command, "--context-lines", "1000", "--vcs-ref", target])
    conflicts = find_conflicts()
    if conflicts:
        return _hand_over(conflicts)
    if ended:
        back_to_last_commit()
        raise Problem("Copier failed, its reason is above. Everything is as it was.")
    _tell_new_answers(before)
    return _settle(target)


def refuse_unless_clean() -> None:
    if not is_repository():
        raise Problem("This is no git repository yet: git init, git add --all, git commit.")
    refuse_hidden_files()
    if changed():
        raise Problem(
            "There is work here that is not committed: commit it first, or put it away with"
            " git stash --include-untracked."
            f"\nIf it is what an interrupted update left: {BACK}"
        )


def copier_of(release: Release, instead: str | None) -> list[str]:
    if instead:
        return shlex.split(instead)
    beside_uv = Path(PROJECT, ".tools/bin/uvx")
    return [str(beside_uv) if beside_uv.exists() else "uvx", *release.copier_command()]


def _tell(origin: Origin, release: Release) -> None:
    git("rev-parse", "--verify", "--quiet", f"{release.name}^{{commit}}", folder=release.clone)
    print(f"From {origin.release} to {release.name} of {origin.template}\n")
    print(release.changelog_since(origin.release) or "The changelog says nothing about it.")
    print(f"\nMerging. Should it be interrupted: {BACK}\n", flush=True)


def run_copier(command: list[str]) -> int:
    """Interrupted, it leaves no trace."""
    try:
        with subprocess.Popen(command, cwd=PROJECT) as copier:
            return copier.wait()
    except FileNotFoundError as error:
        raise Problem(f"{error.filename} is not there: install uv, it brings uvx.") from None
    except KeyboardInterrupt:
        back_to_last_commit()
        print("Everything is as it was.", file=sys.stderr)
        raise


def _hand_over(conflicts: list[str]) -> int:
    print("\nNot merged, because only you can know what should be there:\n", file=sys.stderr)
    for conflict in conflicts:
        print(f"  {conflict}", file=sys.stderr)
    print(
        "\nEdit each, git add it (or git rm it), then: make settle"
        f"\nOr leave it all for later:\n  {BACK}",
        file=sys.stderr,
    )
    return 1


def _tell_new_answers(before: dict[str, str]) -> None:
    for question, answer in read_questions().items():
        if question not in before:
            print(f"A new question, {question}, was answered with its default: {answer}")


def _settle(target: str) -> int:
    """With the new release's own code: it knows what it needs."""
    done = subprocess.run([sys.executable, "-m", "standard", "settle"], cwd=PROJECT, check=False)
    if done.returncode:
        print(f"\nThe update itself is done. To undo it: {BACK}", file=sys.stderr)
        return 1
    print(f"\nUpdated to {target}. Look at it with git diff, then:")
    print(f'  git add --all && git commit --message "Update the standard to {target}"')
    print("Where it runs: app migrate, before the new code serves.")
    return 0
