"""Breaks lines as `ruff format` would: code that is made of names of any length must not need formatting.

Knows the statements of modules, no more: calls, signatures, displays, imports and comparisons inside brackets.
"""

import re
import tokenize
from collections.abc import Iterator
from io import StringIO

WIDTH = 100
_BLANK = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.NEWLINE})
_IMPORT = re.compile(r"(from [\w.]+) import \(?([\w, ]+?)\)?")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def lay_out(source: str) -> str:
    """The same code. A statement with a comment or a long string inside stays as it is."""
    lines = source.split("\n")
    for first, last, movable in reversed(list(_statements(source))):
        if movable:
            indent = len(lines[first]) - len(lines[first].lstrip())
            lines[first : last + 1] = _broken(_joined(lines[first : last + 1]), indent)
    return "\n".join(lines)


def split_items(text: str) -> list[str]:
    """What stands between the commas, without those in strings and brackets."""
    items, start = [], 0
    for position, character in _outside(text):
        if character == ",":
            items.append(text[start:position].strip())
            start = position + 1
    return [item for item in [*items, text[start:].strip()] if item]


def _statements(source: str) -> Iterator[tuple[int, int, bool]]:
    """First and last line of each, and whether it can be broken elsewhere."""
    first: int | None = None
    movable = True
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if first is None and token.type not in _BLANK and token.type != tokenize.ENDMARKER:
            first, movable = token.start[0] - 1, True
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.start[0] != token.end[0]):
            movable = False
        if token.type == tokenize.NEWLINE and first is not None:
            yield first, token.start[0] - 1, movable
            first = None


def _joined(lines: list[str]) -> str:
    text = lines[0].strip()
    for line in map(str.strip, lines[1:]):
        text += line if text[-1] in "([{" or line[0] in ")]}" else f" {line}"
    return text


def _broken(text: str, indent: int, after: str = "", *, inside: bool = False) -> list[str]:
    """`after` is what follows the text on its last line."""
    text, space = _with_members_in_order(text), " " * indent
    if len(space + text + after) <= WIDTH and not _explodes(text):
        return [space + text + after]
    if text.startswith("from ") and " import " in text:
        return _broken_import(text)
    if inside and (halves := _halves(text)):
        return [space + halves[0], *_broken(halves[1], indent, after, inside=True)]
    bracket = _bracket(text)
    if bracket is None:
        return [space + text + after]
    start, end = bracket
    head, body, tail = text[: start + 1], text[start + 1 : end], text[end:]
    return [space + head, *_body(head, body, indent + 4), space + tail + after]


def _body(head: str, body: str, indent: int) -> list[str]:
    items, space = split_items(body), " " * indent
    exploded = body.endswith(",") or (_is_display(head) and len(items) > 1)
    if not exploded and len(space + body) <= WIDTH and not _explodes(body):
        return [space + body]
    if not exploded and len(items) == 1 and not _is_signature(head):
        return _broken(body, indent, inside=True)
    return [line for item in items for line in _broken(item, indent, ",", inside=True)]


def _with_members_in_order(text: str) -> str:
    found = _IMPORT.fullmatch(text)
    return f"{found[1]} import {', '.join(sorted(split_items(found[2]), key=import_order))}" if found else text


def import_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as ruff sorts what one line imports."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, name.lower()


def _broken_import(text: str) -> list[str]:
    origin, _, names = text.partition(" import ")
    return [f"{origin} import (", *(f"    {name}," for name in split_items(names)), ")"]


def _explodes(text: str) -> bool:
    """Whether a trailing comma asks for one item a line. A tuple of one has its comma for another reason."""
    for start, end in _pairs(text):
        body = text[start + 1 : end]
        one_tuple = text[start] == "(" and _is_display(text[: start + 1]) and len(split_items(body)) == 1
        if (body.endswith(",") and not one_tuple) or _explodes(body):
            return True
    return False


def _halves(text: str) -> tuple[str, str] | None:
    """Around a comparison or a sum, which begins the second line, or between two strings that follow each other."""
    for position, _ in _outside(text):
        if text.startswith((" == ", " + ", ' "'), position) and not text[:position].endswith((":", "=", ",")):
            return text[:position], text[position + 1 :]
    return None


def _bracket(text: str) -> tuple[int, int] | None:
    """The one to open up: of a signature the first, of anything else the last that holds something."""
    pairs = [(start, end) for start, end in _pairs(text) if end > start + 1]
    if not pairs:
        return None
    return pairs[0] if _is_signature(text) else pairs[-1]


def _is_signature(text: str) -> bool:
    return text.startswith(("def ", "async def ", "class "))


def _is_display(head: str) -> bool:
    """A list, a dictionary, a tuple: no name stands before its bracket."""
    return not (head[-2:-1].isalnum() or head[-2:-1] in ("_", ")", "]"))


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for position, character, depth in _scanned(text):
        if character in _PAIRS and depth == 1:
            start = position
        elif character in _PAIRS.values() and depth == 0:
            yield start, position


def _outside(text: str) -> Iterator[tuple[int, str]]:
    return ((position, c) for position, c, depth in _scanned(text) if depth == 0)


def _scanned(text: str) -> Iterator[tuple[int, str, int]]:
    """Each character outside of strings, with its depth in brackets; a bracket counts as inside, a closing one not."""
    depth, quote, skip = 0, "", False
    for position, character in enumerate(text):
        if quote:
            quote, skip = _in_string(character, quote, skip)
            continue
        if character in "\"'":
            quote = character
            continue
        depth += (character in _PAIRS) - (character in _PAIRS.values())
        yield position, character, depth


def _in_string(character: str, quote: str, skip: bool) -> tuple[str, bool]:
    if skip:
        return quote, False
    return ("" if character == quote else quote), character == "\\"
