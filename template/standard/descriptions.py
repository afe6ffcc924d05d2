"""Parse descriptions of modules: YAML with types such as decimal(9, 2) unquoted inside braces.

`{people: {fields: {born_on: date?, worth: decimal(9, 2)}}}` needs no quotes here. A duplicate key
is an error, where YAML keeps the last one. The template parses answers with this module too.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

EXAMPLE = "{people: {fields: {name: str, born_on: date?}}}"

# Inside braces, an unquoted value ends at , : { } [ ] or a comment, except within parentheses
# and within the quotes of a default or of a number's form.
_VALUE = re.compile(
    r"""(?: \( [ ]* (?: "[^"\n]*" | '[^'\n]*' ) [ ]* \)
        | \( [^()\[\]{}\n]* \)
        | = [ ]* (?: "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
        | : (?! [\s,\[\]{}\0] )
        | (?<= \S ) \#
        | [^,:\[\]{}\#\0] )+""",
    re.VERBOSE,
)


class Unreadable(ValueError):
    """The text cannot be parsed; the message says what to write instead."""


def load(text: str) -> Any:
    """Raises Unreadable."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise Unreadable(f"{_place(error)}: {_cure(error)}") from None
    except (yaml.YAMLError, ValueError):
        raise Unreadable("a value in it is none that YAML allows: put it in quotes") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply: write one module in one file") from None


class _Loader(yaml.SafeLoader):
    def scan_plain(self) -> Any:
        found = _VALUE.match(self.buffer, self.pointer) if self.flow_level else None
        if found is None:
            return super().scan_plain()
        written, start = found[0].rstrip(), self.get_mark()
        self.forward(len(written))
        self.allow_simple_key = False
        value = re.sub(r"\s*\n\s*", " ", written)
        return yaml.ScalarToken(value, True, start, self.get_mark())

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in getattr(node, "value", []):
            if isinstance(key.value, str):
                if key.value in seen:
                    raise _Twice(key.value, key.start_mark)
                seen.add(key.value)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


class _Twice(yaml.MarkedYAMLError):
    def __init__(self, key: str, mark: yaml.Mark) -> None:
        super().__init__(problem=f"{key!r} is written twice", problem_mark=mark)


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere in it"


def _cure(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, _Twice):
        return f"{error.problem}: leave one out"
    if "tab" in str(error) or "'\\t'" in str(error):
        return "a tab: indent with spaces"
    if "stream end" in str(error) or "end of stream" in str(error):
        return "a bracket or a quote is not closed: close it"
    return f"this is no description: write it as in {EXAMPLE}"
