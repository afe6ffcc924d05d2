"""Write the client's strings as Python literals that `ruff format` leaves alone."""

import re
import unicodedata

WIDTH = 100


def quoted(text: str) -> str:
    """Return a literal with the quotes that need fewer backslashes, preferring double quotes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"


def literals(text: str, columns: int) -> list[str]:
    """Return one literal if it fits on the line, else several adjacent ones, which Python concatenates."""
    if width(quoted(text)) <= columns:
        return [quoted(text)]
    lines = [""]
    for part in _parts(text):
        if width(quoted(lines[-1] + part)) > columns:
            lines.append("")
        lines[-1] += part
    return [quoted(line) for line in lines if line]


def width(text: str) -> int:
    """Return the display width: East Asian characters and emojis take two columns."""
    return sum(_columns(character) for character in text)


def _parts(text: str) -> list[str]:
    """Break the text after spaces, and break words that are too long themselves."""
    return re.findall(r"\S{1,30} *| +", text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
