"""The answers that a project has already, and how new ones are written down."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2.runtime import Context

from .answer import as_stored

_CLEAN_COPIES = ("copier._main.old_copy.", "copier._main.new_copy.")


def stored_answers(context: Context) -> Mapping[str, Any]:
    conf = context["_copier_conf"]
    file = Path(conf["dst_path"]) / conf["answers_file"]
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}


def is_clean_copy(context: Context) -> bool:
    """Whether an update renders beside the project, from answers that were accepted in the project."""
    return any(part.startswith(_CLEAN_COPIES) for part in Path(context["_copier_conf"]["dst_path"]).parts)


def decided_before(context: Context) -> object:
    """The answer to `custom_modules` whose names keep the form that they have."""
    return context["custom_modules"] if is_clean_copy(context) else stored_answers(context).get("custom_modules")


def remembered(context: Context, answers: Mapping[str, Any]) -> dict[str, Any]:
    """For the answers file: with the plurals that were decided, because a later release may decide otherwise."""
    return {**answers, "custom_modules": as_stored(answers.get("custom_modules"), decided_before(context))}
