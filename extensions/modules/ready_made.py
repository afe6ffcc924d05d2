"""Ready-made modules: how the prompt offers them, and which packages they need.

Never remove a name: clients' answers store it. See template/docs/adr/standard/0008.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml


@dataclass(frozen=True)
class ReadyMade:
    name: str
    label: str
    needs: tuple[str, ...] = ()
    needs_in_tests: tuple[str, ...] = ()


READY_MADE = (
    ReadyMade(
        "console",
        "Console: pages in the browser for every module and for people",
        needs_in_tests=("axe-playwright-python>=0.1.8,<1", "playwright>=1.55,<2"),
    ),
    ReadyMade(
        "files",
        "Files: uploads and downloads, in a folder or in S3",
        needs=("obstore>=0.12,<1", "puremagic>=1.30,<3"),
        needs_in_tests=("moto[server]>=5.2,<6",),
    ),
    ReadyMade("notifications", "Notifications: tell people what concerns them, in the app and by mail"),
    ReadyMade(
        "webhooks",
        "Webhooks: tell other systems what happens, signed and tried again",
        needs=("httpcore>=1.0.9,<2", "standardwebhooks>=1.1,<2"),
    ),
)
NAMES = frozenset(each.name for each in READY_MADE)


def choices() -> str:
    return json.dumps({each.label: each.name for each in READY_MADE})


def ready_made_problem(answer: object) -> str:
    """Validate an answer that came from --data or a file."""
    names = _read(answer)
    if not isinstance(names, list):
        return f"{answer!r} is no list: write {_as_list(names)}"
    unknown = [name for name in names if not isinstance(name, str) or name not in NAMES]
    if unknown:
        return f"{unknown[0]!r} is no ready-made module: there are {', '.join(sorted(NAMES))}"
    return ""


def _read(answer: object) -> object:
    """Parse the answer as Copier does: text is YAML."""
    try:
        return yaml.safe_load(answer) if isinstance(answer, str) else answer
    except yaml.YAMLError:
        return answer


def _as_list(words: object) -> str:
    """Return the list that the user probably meant by `files, webhooks`."""
    named = [name for name in re.findall(r"\w+", str(words)) if name in NAMES]
    return f"[{', '.join(named)}]"


def needs(chosen: Iterable[str]) -> str:
    """Return lines for pyproject.toml, in the order of the table."""
    return _lines(package for each in _chosen(chosen) for package in each.needs)


def needs_in_tests(chosen: Iterable[str]) -> str:
    return _lines(package for each in _chosen(chosen) for package in each.needs_in_tests)


def _chosen(names: Iterable[str]) -> Iterator[ReadyMade]:
    return (each for each in READY_MADE if each.name in set(names))


def _lines(packages: Iterable[str]) -> str:
    return "".join(f'    "{package}",\n' for package in packages)
