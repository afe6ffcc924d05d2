"""Operation ids `module.action`, from the tag and the name of the function."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ._operation import Operation

LATER = re.compile(r"/api/(v(?!1/)\d+)/")
NO_WORD = re.compile(r"\W+")


def name_operations(operations: Iterable[Operation]) -> None:
    """Write each operation's id and summary, unless the route has an id of its own.

    Two functions of one name under one tag are told apart by method and path.
    """
    by_name: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        by_name[_id(operation)].append(operation)
    for name, same in by_name.items():
        for operation in same:
            operation.described["operationId"] = name if len(same) == 1 else _longer(operation)
            if not operation.route.summary:
                operation.described["summary"] = _summary(name)


def _id(operation: Operation) -> str:
    name = f"{_word(operation.tag)}.{_action(operation)}{_version(operation)}"
    return operation.route.operation_id or name


def _version(operation: Operation) -> str:
    """Return the suffix of later versions of the API: `widgets.list_v2`."""
    found = LATER.match(operation.path)
    return f"_{found[1]}" if found else ""


def _action(operation: Operation) -> str:
    """Return the function's name without the noun: `list_all` and `list_projects` are `list`."""
    name = str(operation.route.name)
    for noun in _nouns(_word(operation.tag)):
        name = name.removesuffix(f"_{noun}")
    return name


def _nouns(tag: str) -> Iterator[str]:
    yield "all"
    for noun in (tag, tag.rpartition("_")[2]):
        yield noun
        yield noun.removesuffix("s")


def _longer(operation: Operation) -> str:
    place = _word(operation.path.removeprefix("/api/"))
    return f"{_word(operation.tag)}.{_action(operation)}_{operation.method}_{place}"


def _word(text: str) -> str:
    return NO_WORD.sub("_", text).strip("_").lower()


def _summary(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ").capitalize()
