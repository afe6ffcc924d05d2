"""The library that knows English plurals, without what makes it slow to load."""

from importlib import import_module
from typing import Any

import typeguard


def _load_engine() -> Any:
    """inflect rewrites itself when it is imported, so that every argument is checked: a second or two of each
    `copier copy`, and of each release that takes part in an update. Nobody here passes anything but words.
    """
    checked = typeguard.typechecked
    typeguard.typechecked = lambda each: each  # type: ignore[assignment]  # it is overloaded
    try:
        return import_module("inflect").engine()
    finally:
        typeguard.typechecked = checked


ENGLISH = _load_engine()
