"""The checksum in .copier-answers.yml, by which a project notices that somebody has edited the file."""

from hashlib import sha256

from jinja2.runtime import Context

from .stored import remembered

_WHERE_THE_TEMPLATE_IS = "_src_path"


def answers_checksum(context: Context) -> str:
    """As standard/answers.py reads the file: without comments and the template's address, lines in any order."""
    written = remembered(context, context["_copier_answers"])
    answers = {name: said for name, said in written.items() if name != _WHERE_THE_TEMPLATE_IS}
    lines = context.environment.filters["to_nice_yaml"](answers).splitlines()
    return sha256("\n".join(sorted(line.strip() for line in lines if line.strip())).encode()).hexdigest()
