"""Show long validation messages at the prompt, where Copier shows one line that the terminal cuts off."""

import sys
from textwrap import wrap
from typing import Any

NARROWEST, TALLEST = 40, 12


def fit_to_screen(question: str, text: str) -> str:
    """Wrap the text, and enlarge the message line below the prompt if there is a prompt."""
    application = _application()
    if application is None or not text:
        return text
    columns = application.output.get_size().columns
    lines = lines_of(question, text, max(columns, NARROWEST))
    _give_room(application, len(lines))
    return "\n".join(lines)


def lines_of(question: str, text: str, columns: int) -> list[str]:
    """Return wrapped lines; the first is shorter, because Copier puts a prefix before it."""
    before = len(f"Validation error for question '{question}': ")
    lines = wrap(text, columns - 1, initial_indent=" " * before, break_on_hyphens=False)[:TALLEST]
    return [lines[0].strip(), *lines[1:]]


def _application() -> Any:
    """Return the running prompt, if any. Never imports the library: an update shows no prompt and may lack it."""
    current = sys.modules.get("prompt_toolkit.application.current")
    return current.get_app_or_none() if current else None


def _give_room(application: Any, height: int) -> None:
    """Set the height of the windows that show validation errors."""
    for window in application.layout.find_all_windows():
        if type(window.content).__name__ == "FormattedTextControl" and _is_for_errors(window):
            window.height = height


def _is_for_errors(window: Any) -> bool:
    return "ValidationToolbar" in getattr(window.content.text, "__qualname__", "")
