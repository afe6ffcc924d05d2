"""`make update`: check, announce, merge, look for conflicts, run the checks."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from .answers import Origin, read_origin, read_questions, refuse_edited_answers
from .aside import put_back
from .conflicts import RESOLVE, find_conflicts
from .git import PROJECT, back_to_last_commit, changed, is_repository
from .hidden import refuse_hidden_files
from .neutral import neutral
from .problem import Problem
from .releases import Release, clone_of, latest_release
from .update_check import is_newer

BACK = "git reset --quiet -- . && git checkout HEAD -- . && git clean -fd -- ."


def update(*, to: str | None, answers: list[str], copier: str | None) -> int:
    refuse_unless_clean()
    refuse_edited_answers()
    origin = read_origin()
    target = to or _newest(origin)
    if target is None and not answers:
        print(f"Up to date: {origin.release}.")
        return 0
    with clone_of(origin.template, target or origin.release) as release:
        release.refuse_without(origin.release)
        _tell(origin, release)
        command = [*copier_of(release, copier), "update", "--trust", "--defaults", "--quiet"]
    before = read_questions()
    given = [part for answer in answers for part in ("--data", answer)]
    ended = run_copier([*command, *given, "--vcs-ref", target or ":current:"])
    conflicts = find_conflicts()
    if conflicts:
        return hand_over(conflicts)
    if ended:
        back_to_last_commit()
        raise Problem(
            "Copier failed, its reason is above. Everything is as it was. Put that right, then"
            " run make update again."
        )
    _tell_new_answers(before)
    return _settle(target or origin.release)


def _newest(origin: Origin) -> str | None:
    """Return the newest release, or None if the project has it already. Raises Problem."""
    latest = latest_release(origin.template)
    if latest is None:
        raise Problem(
            f"{origin.template} has no release: make update v=HEAD takes its newest commit."
            " If it is a clone of yours, fetch its releases first: git fetch --tags."
        )
    return latest if is_newer(latest, origin) else None


def refuse_unless_clean() -> None:
    if not is_repository():
        raise Problem("This is no git repository yet: git init, git add --all, git commit.")
    if problems := put_back(PROJECT, over=False):
        raise Problem("\n".join(problems))
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
    print(f"From {origin.release} to {release.name} of {origin.template}\n")
    print(release.changelog_since(origin.release) or "The changelog says nothing about it.")
    print(f"\nMerging. Should it be interrupted: {BACK}\n", flush=True)


def run_copier(command: list[str]) -> int:
    """Run Copier; restore the last commit if it is interrupted."""
    try:
        environment = neutral(os.environ, conversions=False)
        with subprocess.Popen(command, cwd=PROJECT, env=environment) as copier:
            return copier.wait()
    except FileNotFoundError as error:
        raise Problem(f"{error.filename} is not there: install uv, it brings uvx.") from None
    except KeyboardInterrupt:
        back_to_last_commit()
        print("Everything is as it was.", file=sys.stderr)
        raise


def hand_over(conflicts: list[str]) -> int:
    print("\nNot merged, because only you can know what should be there:\n", file=sys.stderr)
    for conflict in conflicts:
        print(f"  {conflict}", file=sys.stderr)
    print(
        f"\n{RESOLVE}\nOr leave it all for later:\n  {BACK}",
        file=sys.stderr,
    )
    return 1


def _tell_new_answers(before: dict[str, str]) -> None:
    for question, answer in read_questions().items():
        if question not in before:
            print(f"A new question, {question}, was answered with its default: {answer}")


def _settle(target: str) -> int:
    """Run the new release's own code, which knows what the release needs."""
    done = subprocess.run([sys.executable, "-m", "standard", "settle"], cwd=PROJECT, check=False)
    if done.returncode:
        print(f"\nThe update itself is done. To undo it: {BACK}", file=sys.stderr)
        return 1
    print(f"\nUpdated to {target}. Look at it with git diff, then:")
    print(f'  git add --all && git commit --message "Update the standard to {target}"')
    print("Where it runs: app migrate, before the new code serves.")
    return 0
