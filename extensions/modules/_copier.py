"""What copier.yml and the template's files call, each with the context that Copier renders with."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from copier.errors import UserMessageError
from jinja2 import pass_context
from jinja2.runtime import Context

from . import problems
from .answer import read
from .fields import FILTERS as FIELD_FILTERS
from .fields import Module, modules_of
from .import_rules import import_rules
from .manifest import standard_files
from .ownership import client_owned
from .ready_made import choices, needs, needs_in_tests, ready_made_problem
from .steps import first_chain
from .texts import license_text, quoted, slug, spdx, toml_author

_CHECKS: Mapping[str, Callable[[Any], str]] = {
    "project_name": problems.name_problem,
    "project_slug": problems.slug_problem,
    "description": problems.description_problem,
    "author_name": problems.author_problem,
    "author_email": problems.email_problem,
}
_NOTHING = object()
_CLEAN_COPIES = ("copier._main.old_copy.", "copier._main.new_copy.")


@pass_context
def problem(context: Context, question: str) -> str:
    """For a question's validator: the sentence beside the prompt.

    Silent about answers from --data and from the answers file: Copier would end the first in a Python traceback and
    drop the second without a word. `module_specs` stops both with the sentence alone, before anything is written.
    """
    if question in context["_copier_conf"]["data"]:
        return ""
    return " ".join(_problems(context, question))


@pass_context
def module_specs(context: Context) -> str:
    """The custom modules, as JSON. Raises UserMessageError with every problem of every answer."""
    questions = [*_CHECKS, "custom_modules"]
    found = [f"{question}: {text}" for question in questions for text in _problems(context, question)]
    if found:
        raise UserMessageError("\n".join(found))
    return json.dumps([_spec(module) for module in _modules(context["custom_modules"])])


@pass_context
def ready_made(context: Context) -> str:
    """The choices of `modules`. Raises UserMessageError for others: Copier would end in a traceback."""
    given = context["_copier_conf"]["data"]
    if "modules" in given and (text := ready_made_problem(given["modules"])):
        raise UserMessageError(f"modules: {text}")
    return choices()


@pass_context
def migration_steps(context: Context) -> str:
    return json.dumps(first_chain(_modules(context["custom_modules"]), context["modules"] or ()))


@pass_context
def left_to_client(context: Context, operation: str) -> str:
    """For `_exclude`. Every release from the first on has it, because an update asks the old one too."""
    conf = context["_copier_conf"]
    return "\n".join(
        client_owned(
            packages=[spec["package"] for spec in context["module_specs"]],
            packages_before=[m.names.package for m in _modules(_stored(context).get("custom_modules"))],
            operation=operation,
            project=Path(conf["dst_path"]),
            answers_file=str(conf["answers_file"]),
        )
    )


def described(spec: Mapping[str, Any]) -> tuple[Module, str, str, str]:
    """Return a module of `module_specs` and its names: the class, one row, all rows."""
    return Module.from_json(spec).forms


def _problems(context: Context, question: str) -> list[str]:
    stored, answer = _stored(context), context[question]
    if stored.get(question, _NOTHING) == answer or _is_clean_copy(context):
        return []
    if question == "custom_modules":
        return problems.modules_problems(answer, ready_made=context["modules"], stored=stored.get(question))
    return list(filter(None, [_CHECKS[question](answer)]))


def _is_clean_copy(context: Context) -> bool:
    """Whether an update renders beside the project, from answers that were accepted in the project."""
    return any(part.startswith(_CLEAN_COPIES) for part in Path(context["_copier_conf"]["dst_path"]).parts)


def _stored(context: Context) -> Mapping[str, Any]:
    conf = context["_copier_conf"]
    file = Path(conf["dst_path"]) / conf["answers_file"]
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}


def _modules(answer: object) -> list[Module]:
    return modules_of(read(answer))


def _spec(module: Module) -> dict[str, Any]:
    """What paths need is in it by name: `errors` is a file, empty for a module that has none."""
    errors = "errors.py" if module.uniques else ""
    return {**module.to_json(), "package": module.names.package, "errors": errors}


FILTERS: Mapping[str, Callable[..., Any]] = {
    **FIELD_FILTERS,
    "described": described,
    "import_rules": import_rules,
    "license_text": license_text,
    "needs": needs,
    "needs_in_tests": needs_in_tests,
    "quoted": quoted,
    "slug": slug,
    "spdx": spdx,
    "toml_author": toml_author,
}
GLOBALS: Mapping[str, Callable[..., str]] = {
    "left_to_client": left_to_client,
    "migration_steps": migration_steps,
    "module_specs": module_specs,
    "problem": problem,
    "ready_made": ready_made,
    "standard_files": pass_context(standard_files),
}
