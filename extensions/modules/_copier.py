"""Jinja globals and filters for copier.yml and the template's files, called with Copier's render context."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from copier.errors import UserMessageError
from jinja2 import pass_context
from jinja2.runtime import Context

from . import validation
from .answer import Described, decided, read
from .changes import words_between
from .checksum import answers_checksum
from .fields import FILTERS as FIELD_FILTERS
from .fields import Module, modules_of
from .filters import license_text, quoted, slug, spdx, toml_author
from .given import given_problems
from .import_rules import import_rules
from .manifest import standard_files
from .migration_steps import first_chain
from .origin import update_hint
from .ownership import client_owned
from .prompt import fit_to_screen
from .ready_made import choices, needs, needs_in_tests
from .scaffold import described
from .stored import decided_before, is_clean_copy, remembered, stored_answers

_CHECKS: Mapping[str, Callable[[Any], str]] = {
    "project_name": validation.name_problem,
    "project_slug": validation.slug_problem,
    "description": validation.description_problem,
    "author_name": validation.author_problem,
    "author_email": validation.email_problem,
}
_NOTHING = object()


@pass_context
def problem(context: Context, question: str) -> str:
    """Return the message that a question's validator shows at the prompt.

    Returns nothing for answers from --data or the answers file: Copier would end the first in a Python traceback and
    drop the second silently. `module_specs` reports both as plain messages, before anything is written.
    """
    if question in context["_copier_conf"]["data"]:
        return ""
    return fit_to_screen(question, " ".join(_problems(context, question)))


@pass_context
def given_is_read(context: Context) -> bool:
    """Return True after validating --data. Raises UserMessageError, where Copier itself would show a traceback."""
    stored = stored_answers(context)
    data = context["_copier_conf"]["data"]
    given = {name: answer for name, answer in data.items() if stored.get(name, _NOTHING) != answer}
    if not is_clean_copy(context) and (found := given_problems(given)):
        raise UserMessageError("\n".join(found))
    return True


@pass_context
def module_specs(context: Context) -> str:
    """Return the custom modules as JSON. Raises UserMessageError with every problem of every answer."""
    questions = [*_CHECKS, "custom_modules"]
    found = [f"{question}: {text}" for question in questions for text in _problems(context, question)]
    if found:
        raise UserMessageError("\n".join(found))
    return json.dumps([_spec(module) for module in modules_of(_described(context))])


@pass_context
def module_words(context: Context) -> str:
    """Return what the answer says about fields that exist, as JSON by package: the answers file does not keep it."""
    return json.dumps(words_between(decided_before(context), context["custom_modules"]))


@pass_context
def migration_steps(context: Context) -> str:
    return json.dumps(first_chain(modules_of(_described(context)), context["modules"] or ()))


@pass_context
def left_to_client(context: Context, operation: str) -> str:
    """Return patterns for `_exclude`. Every release has this, because an update renders the old release too."""
    conf = context["_copier_conf"]
    return "\n".join(
        client_owned(
            packages=[spec["package"] for spec in context["module_specs"]],
            packages_before=[module.names.package for module in _modules_before(context)],
            operation=operation,
            project=Path(conf["dst_path"]),
            answers_file=str(conf["answers_file"]),
        )
    )


def _problems(context: Context, question: str) -> list[str]:
    stored, answer = stored_answers(context), context[question]
    if stored.get(question, _NOTHING) == answer or is_clean_copy(context):
        return []
    if question == "custom_modules":
        return validation.modules_problems(answer, ready_made=context["modules"], stored=stored.get(question))
    return list(filter(None, [_CHECKS[question](answer)]))


def _described(context: Context) -> list[Described]:
    return decided(read(context["custom_modules"]), decided_before(context))


def _modules_before(context: Context) -> list[Module]:
    return modules_of(read(stored_answers(context).get("custom_modules")))


def _spec(module: Module) -> dict[str, Any]:
    """Return the module's JSON with the names that paths use; `errors` is empty if the module defines no errors."""
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
    "remembered": pass_context(remembered),
    "slug": slug,
    "spdx": spdx,
    "toml_author": toml_author,
}
GLOBALS: Mapping[str, Callable[..., Any]] = {
    "answers_checksum": pass_context(answers_checksum),
    "given_is_read": given_is_read,
    "left_to_client": left_to_client,
    "migration_steps": migration_steps,
    "module_specs": module_specs,
    "module_words": module_words,
    "problem": problem,
    "ready_made": choices,
    "standard_files": pass_context(standard_files),
    "update_hint": pass_context(update_hint),
}
