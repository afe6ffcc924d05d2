"""Compute the checksum in .copier-answers.yml, by which a project detects manual edits of that file."""

from hashlib import sha256

from jinja2.runtime import Context

from .stored import remembered

_WHERE_THE_TEMPLATE_IS = "_src_path"


def answers_checksum(context: Context) -> str:
    """Return the checksum that standard/answers.py verifies: without comments, order and the template's address."""
    written = remembered(context, context["_copier_answers"])
    answers = {name: said for name, said in written.items() if name != _WHERE_THE_TEMPLATE_IS}
    lines = context.environment.filters["to_nice_yaml"](answers).splitlines()
    return sha256("\n".join(sorted(line.strip() for line in lines if line.strip())).encode()).hexdigest()
