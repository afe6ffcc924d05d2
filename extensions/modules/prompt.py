"""A refusal at the prompt, whole: Copier shows it on one line, which the terminal cuts off."""

import sys
from textwrap import wrap
from typing import Any

NARROWEST, TALLEST = 40, 12


def fit_to_screen(question: str, text: str) -> str:
    """With line breaks, and the line below the prompt made high enough, if there is a prompt."""
    application = _application()
    if application is None or not text:
        return text
    columns = application.output.get_size().columns
    lines = lines_of(question, text, max(columns, NARROWEST))
    _give_room(application, len(lines))
    return "\n".join(lines)


def lines_of(question: str, text: str, columns: int) -> list[str]:
    """The first is shorter: Copier writes what it is about before it."""
    before = len(f"Validation error for question '{question}': ")
    lines = wrap(text, columns - 1, initial_indent=" " * before, break_on_hyphens=False)[:TALLEST]
    return [lines[0].strip(), *lines[1:]]


def _application() -> Any:
    """What asks the question. Nothing is imported for it: an update needs no prompt, and maybe has no such library."""
    current = sys.modules.get("prompt_toolkit.application.current")
    return current.get_app_or_none() if current else None


def _give_room(application: Any, height: int) -> None:
    """Each window of one line that has no buffer: among them is the one for what is wrong."""
    for window in application.layout.find_all_windows():
        if type(window.content).__name__ == "FormattedTextControl" and _is_for_errors(window):
            window.height = height


def _is_for_errors(window: Any) -> bool:
    return "ValidationToolbar" in getattr(window.content.text, "__qualname__", "")
