"""Check what runs updates: the template's two scripts, `make update` in projects, and the version of Copier."""

import re
from collections.abc import Iterator
from importlib.metadata import version

from .source import Source

PYTHON, SOURCE = "{{ _copier_python }}", "{{ _copier_conf.src_path }}"
GIVEN = [SOURCE, "{{ _version_from }}", "{{ _version_to }}", "{{ _copier_conf.answers_file }}"]
WORDS = "{{ (module_words | default({})) | tojson }}"
STEPS = [
    {"command": [PYTHON, f"{SOURCE}/updates", stage, *GIVEN, *more], "when": f"{{{{ _stage == '{stage}' }}}}"}
    for stage, more in (("before", []), ("after", [WORDS]))
]
SCRIPTS = ("updates/__main__.py", "updates/before.py", "updates/after.py", "updates/table.toml")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
COMMAND = re.compile(r"add_parser\(\s*\"([\w-]+)\"")
OPTION = re.compile(r"add_argument\(\s*\"(--[\w-]+)\"")
NEEDED_TARGETS = {"install", "adopt", "check", "update", "update-check", "settle", "standard-check", "module"}
NEEDED_COMMANDS = {"check", "update", "update-check", "settle"}
WITH_YAML = ("module.py", "descriptions.py")  # for make module
FOREIGN = re.compile(r"^(?:from|import) (yaml|copier|jinja2|app|\.module|\.descriptions)\b", re.MULTILINE)
PIN = re.compile(r"^copier==(\S+)$", re.MULTILINE)


def steps_run_in_each_update(_: Source, after: Source) -> Iterator[str]:
    """Both scripts must run in each update, whatever the versions, with an exit code that Copier checks."""
    if after.settings.get("_migrations") != STEPS:
        yield "_migrations are others than updates/before.py and updates/after.py, both in each update"
    for path in SCRIPTS:
        if not after.has(path):
            yield f"{path} is gone: each update runs it"


def step_fails_on_conflicts(_: Source, after: Source) -> Iterator[str]:
    if after.has(SCRIPTS[2]) and "    sys.exit(bool(outcome.unmerged))\n" not in after.text(SCRIPTS[2]):
        yield "updates/after.py does not end with 1 on a conflict: Renovate would merge it"


def commands_stay(before: Source, after: Source) -> Iterator[str]:
    """Older releases' `make update` calls newer ones' commands."""
    was, now = (set(TARGET.findall(source.given("Makefile").decode())) for source in (before, after))
    for target in sorted((was | NEEDED_TARGETS) - now):
        yield f"make {target} is gone: people, CI and older releases call it"
    path = "standard/__main__.py"
    for pattern, needed in ((COMMAND, NEEDED_COMMANDS), (OPTION, set())):
        was, now = (set(pattern.findall(source.given(path).decode())) for source in (before, after))
        for name in sorted((was | needed) - now):
            yield f"python -m standard {name} is gone: older releases call it"
    for path in ("standard/update.py", "standard/settle.py", "standard/ownership.py", "standard/files.sha256"):
        if path not in after.paths:
            yield f"{path} is gone: a project updates with it"


def copier_is_pinned(_: Source, after: Source) -> Iterator[str]:
    pin = PIN.search("\n".join(after.dependencies))
    if pin is None:
        yield "pyproject.toml does not pin Copier in [project] dependencies: `make update` reads it there"
    elif pin[1] != version("copier"):
        yield f"pyproject.toml pins Copier {pin[1]}, and the tests ran with {version('copier')}"
    for need in after.dependencies:
        if "==" not in need:
            yield f"{need} is no pin: a rendering would depend on the day"
    lowest = str(after.settings.get("_min_copier_version", ""))
    if pin and lowest != pin[1]:
        yield f"_min_copier_version is {lowest}, and `make update` runs {pin[1]}"


def project_commands_need_nothing(_: Source, after: Source) -> Iterator[str]:
    """`standard/` must work without the project's environment; make provides PyYAML for one command."""
    for file in after.python_files("template/standard"):
        if file.name not in WITH_YAML and (foreign := FOREIGN.findall(file.read_text())):
            yield f"standard/{file.name} imports {min(foreign)}: it has to work without an environment"


RULES = (
    steps_run_in_each_update,
    step_fails_on_conflicts,
    commands_stay,
    copier_is_pinned,
    project_commands_need_nothing,
)
