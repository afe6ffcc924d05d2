"""Strings of the client, as Python literals that `ruff format` leaves alone."""

import re
import unicodedata

WIDTH = 100


def quoted(text: str) -> str:
    """Return a literal in the quotes that need fewer backslashes, double ones if it makes no difference."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"


def literals(text: str, room: int) -> list[str]:
    """Return one literal if it fits into the room, else several that Python joins."""
    if width(quoted(text)) <= room:
        return [quoted(text)]
    lines = [""]
    for part in _parts(text):
        if width(quoted(lines[-1] + part)) > room:
            lines.append("")
        lines[-1] += part
    return [quoted(line) for line in lines if line]


def width(text: str) -> int:
    """Return the columns that a terminal needs: East Asian characters and emojis take two."""
    return sum(_columns(character) for character in text)


def _parts(text: str) -> list[str]:
    """Break after spaces, and inside of words that are long themselves."""
    return re.findall(r"\S{1,30} *| +", text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
