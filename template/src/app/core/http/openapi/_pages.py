"""Pages of rows, described so that client generators can iterate over them."""

from inspect import isclass
from typing import Any

from app.kit.schemas import Page

from ._operation import Operation

PARAMETERS = {
    "cursor": "The `next_cursor` of the page before; without it, the first page.",
    "limit": "The most rows of a page.",
}


def describe_pages(operation: Operation) -> None:
    """Add `x-pagination` to operations that return a `Page`."""
    model = operation.route.response_model
    if not (isclass(model) and issubclass(model, Page)):
        return
    names = {each["name"]: each for each in operation.described.get("parameters", ())}
    for name, text in PARAMETERS.items():
        if name in names:
            names[name].setdefault("description", text)
    if "cursor" in names:
        operation.described["x-pagination"] = _pagination()


def _pagination() -> dict[str, Any]:
    return {
        "type": "cursor",
        "inputs": {"cursor": "cursor", "limit": "limit"},
        "outputs": {"results": "items", "nextCursor": "next_cursor"},
    }
