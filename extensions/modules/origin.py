"""Check whether a new project can be updated later from the template it was made from."""

import re
import subprocess
from pathlib import Path

from jinja2.runtime import Context

_RELEASE = re.compile(r"v?\d+\.\d+\.\d+")
_BEGINNING = "\n  This project cannot be updated as it is: "


def update_hint(context: Context) -> str:
    """Return a hint for the message after a copy: what prevents updates and how to fix it, or an empty string."""
    answers = context["_copier_answers"]
    source, commit = str(answers.get("_src_path", "")), str(answers.get("_commit") or "")
    return _refusal(source, commit) or _of_a_folder(source) + _of_no_release(commit)


def _refusal(source: str, commit: str) -> str:
    if not commit:
        return (
            f"{_BEGINNING}the template is no git repository, such as an unpacked archive.\n"
            "  Make it again from a release, with the template's URL and --vcs-ref.\n"
        )
    if is_relative(source):
        return (
            f"{_BEGINNING}{source} means another folder there.\n"
            "  Put the template's URL, or a path that begins with /, after _src_path in .copier-answers.yml.\n"
        )
    if not _RELEASE.fullmatch(commit) and not _has(source, commit):
        return (
            f"{_BEGINNING}it has changes of the template that nobody has committed.\n"
            "  Commit them there, or make it again from a release with --vcs-ref.\n"
        )
    return ""


def _of_a_folder(source: str) -> str:
    if not source.startswith(("/", "~")):
        return ""
    return (
        "\n  It was made from a folder of this machine, which colleagues have not. Before they\n"
        "  run make update, put the template's URL after _src_path in .copier-answers.yml:\n"
        "  _src_path: git+https://YOUR-HOST/agency-standard.git\n"
    )


def _of_no_release(commit: str) -> str:
    if _RELEASE.fullmatch(commit):
        return ""
    return f"\n  It was made from {commit}, which is no release: the next one, or v=HEAD, can be updated to.\n"


def is_relative(source: str) -> bool:
    """True if the text is a relative path, and not an absolute path or a URL."""
    return not source.startswith(("/", "~")) and ":" not in source


def _has(source: str, commit: str) -> bool:
    """True if a local repository has that commit. Servers are not asked: Copier has just cloned from them."""
    if not Path(source).expanduser().is_dir():
        return True
    command = ["git", "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"]
    return subprocess.run(command, cwd=Path(source).expanduser(), capture_output=True, check=False).returncode == 0
