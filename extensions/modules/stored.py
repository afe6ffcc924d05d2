"""Read the answers that a project has stored, and write new ones."""

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
    """True if an update renders beside the project, from answers that the project has accepted already."""
    return any(part.startswith(_CLEAN_COPIES) for part in Path(context["_copier_conf"]["dst_path"]).parts)


def decided_before(context: Context) -> object:
    """Return the answer to `custom_modules` whose names keep their forms."""
    return context["custom_modules"] if is_clean_copy(context) else stored_answers(context).get("custom_modules")


def remembered(context: Context, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers for the answers file, with the decided plurals, because a later release may form other ones."""
    return {**answers, "custom_modules": as_stored(answers.get("custom_modules"), decided_before(context))}
