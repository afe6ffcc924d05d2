"""Changes of the template that the guards have to find: by subject, the beginning of the message and the change."""

import re
from collections.abc import Callable
from pathlib import Path

Change = Callable[[Path], None]
COPIER, TABLE, OWNERS = "copier.yml", "updates/table.toml", "template/standard/ownership.toml"


def replace(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text, f"{old} is not in {name}"
        _write(folder / name, text.replace(old, new, 1))

    return change


def remove(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def add(name: str, text: str = "Text.\n") -> Change:
    return lambda folder: _write(folder / name, text)


def move(old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / old).rename(folder / new)

    return change


def append(name: str, text: str) -> Change:
    return lambda folder: _write(folder / name, (folder / name).read_text() + text)


def all_of(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for each in changes:
            each(folder)

    return change


def executable(name: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        _write(folder / name, text)
        (folder / name).chmod(0o755)

    return change


def link(name: str, target: str) -> Change:
    return all_of(remove(name), lambda folder: (folder / name).symlink_to(target))


def _write(file: Path, text: str) -> None:
    """Write a new file, because the existing files are hard links to those of the release."""
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _section(name: str) -> Change:
    """Remove a section of the changelog."""

    def change(folder: Path) -> None:
        text = (folder / "CHANGELOG.md").read_text()
        _write(folder / "CHANGELOG.md", re.sub(rf"^## {re.escape(name)}\n.*?(?=^## )", "", text, flags=re.M | re.S))

    return change


IDS, JOBS = "template/src/app/kit/ids.py", "template/docs/jobs.md"
IDENTITY = "template/migrations/standard/s0001_identity.py"
STEP = "sha256(self.module.encode()).hexdigest()[:12]"
TABLE_OF_SHIPS = 'from alembic import op\n\n\ndef upgrade() -> None:\n    op.create_table("boats")\n'

BREACHES: dict[str, dict[str, Change]] = {
    "answers": {
        "question author_email is gone": replace(COPIER, "\nauthor_email:\n", "\nauthor_mail:\n"),
        "choice gitlab of ci is gone": replace(COPIER, "    GitLab CI: gitlab\n", ""),
        "choice webhooks of modules is gone": replace("extensions/modules/ready_made.py", '"webhooks",', '"hooks",'),
        "license has another type": replace(COPIER, "license:\n  type: str", "license:\n  type: yaml"),
        "modules has another multiselect": replace(COPIER, "  multiselect: true\n", ""),
        "author_name is asked under another condition": replace(
            COPIER, "author_name:\n  type: str\n", "author_name:\n  type: str\n  when: \"{{ ci == 'github' }}\"\n"
        ),
        "region has no default": replace(COPIER, "\nlicense:\n", "\nregion:\n  type: str\n\nlicense:\n"),
        "author_email is a secret": replace(
            COPIER, "author_email:\n  type: str\n", "author_email:\n  type: str\n  secret: true\n"
        ),
        "boats was a good name": replace(
            "extensions/modules/validation.py",
            "def modules_problems(",
            'def modules_problems(*_, **__): return ["no"]\n\n\ndef _(',
        ),
        "'acme-portal' was a good answer": replace(
            "extensions/modules/validation.py", "def slug_problem(", 'def slug_problem(*_): return "no"\n\n\ndef _('
        ),
    },
    "moves": {
        "src/app/kit/ids.py is gone": remove(IDS),
        "tests/standard/core/test_etags.py is gone": replace(
            COPIER,
            "  - /src/app/modules/widgets\n",
            "  - /src/app/modules/widgets\n  - /tests/standard/core/test_etags.py\n",
        ),
        "[moved] leads docs/jobs.md in a circle": replace(
            TABLE, "[moved]\n", '[moved]\n"docs/jobs.md" = "docs/work.md"\n"docs/work.md" = "docs/jobs.md"\n'
        ),
        "[moved] leads docs/jobs.md to docs/work.md, which": replace(
            TABLE, "[moved]\n", '[moved]\n"docs/jobs.md" = "docs/work.md"\n'
        ),
        "[moved] leads docs/jobs.md to docs/work.md, and": all_of(
            move(JOBS, "template/docs/labour.md"),
            add("template/docs/work.md", "".join(f"Other words, {n}.\n" for n in range(20))),
            replace(TABLE, "[moved]\n", '[moved]\n"docs/jobs.md" = "docs/work.md"\n'),
        ),
        "docs/errors.md is under [dropped] and there": replace(
            TABLE, "[dropped]\n", '[dropped]\n"docs/errors.md" = "No."\n'
        ),
        "docs/old.md is under [dropped] without": replace(TABLE, "[dropped]\n", '[dropped]\n"docs/old.md" = ""\n'),
        "src/app/core/body_limit.py is no longer under [moved]": replace(
            TABLE, '"src/app/core/body_limit.py"', '"x.py"'
        ),
        "src/app/core/streaming.py is no longer under [dropped]": replace(
            TABLE, '"src/app/core/streaming.py"', '"x.py"'
        ),
        "python is no longer under [questions]": replace(TABLE, 'python = "python_version"\n', ""),
        "python_version 3.11 is no longer under [choices]": replace(TABLE, '"3.11" = "3.12"', ""),
        "docs/jobs.md has become docs/work.md": all_of(
            move(JOBS, "template/docs/work.md"), add(JOBS, "".join(f"Other words, {n}.\n" for n in range(20)))
        ),
        "docs/cache.md has become docs/jobs.md": all_of(
            move(JOBS, "template/docs/between.md"),
            move("template/docs/cache.md", JOBS),
            move("template/docs/between.md", "template/docs/cache.md"),
        ),
    },
    "ownership": {
        "src/app/seeds.py is the client's": replace(OWNERS, '    "/src/app/seeds.py",\n', ""),
        "Dockerfile becomes the client's": replace(OWNERS, "client = [\n", 'client = [\n    "/Dockerfile",\n'),
        "_exclude does not ask left_to_client": replace(COPIER, '  - "{{ left_to_client(_copier_operation) }}"\n', ""),
        "left_to_client is gone from the extension": replace(
            "extensions/modules/_copier.py", '"left_to_client": left_to_client', '"left_to_clients": left_to_client'
        ),
        "local.mk is in the client's space": add("template/local.mk", "lint:\n"),
        "compose.override.yaml is in the client's space": add("template/compose.override.yaml"),
        ".gitlab/local.yml is in the client's space": add("template/.gitlab/local.yml"),
        "standard/edited.toml is in the client's space": add("template/standard/edited.toml"),
        "a module boats comes": add("template/src/app/modules/boats/module.py"),
        "a table boats comes": add("template/migrations/standard/s9000_boats.py", TABLE_OF_SHIPS),
        "ruff.toml was shared": replace(OWNERS, '    "/ruff.toml",\n', ""),
        "mypy.ini is in the table of owners": remove("template/mypy.ini"),
        "Makefile has no place beside it": replace(OWNERS, '"Makefile" = ', '"Makefile.old" = '),
        "ruff.toml lost a fence": replace("template/ruff.toml", "# Yours below this line.", "# More."),
        "ruff.toml has another line after a fence": replace(
            "template/ruff.toml", "# Yours below this line.\n", '# Yours below this line.\n    "PT012",\n'
        ),
        "Makefile does not end by reading local.mk": replace("template/Makefile", "-include local.mk", ""),
        ".gitlab-ci.yml does not include": replace(
            "template/.gitlab-ci.yml.jinja", "local: .gitlab/local.yml", "local: x.yml"
        ),
    },
    "paths": {
        "_exclude asks for cloud": replace(
            COPIER, '  - "{% if ci !=', '  - "{% if cloud != \'aws\' %}/aws{% endif %}"\n  - "{% if ci !='
        ),
        "_exclude uses the filter slug": replace(COPIER, "if ci != 'github'", "if ci | slug != 'github'"),
        ".gitlab-ci.yml is hidden from projects with ci gitlab": replace(COPIER, "ci != 'gitlab'", "ci != 'github'"),
        "docs/jobs.md is hidden from projects with ci github": replace(
            COPIER, '  - ".venv"\n', '  - ".venv"\n  - "jobs.md"\n'
        ),
        "deploy/kamal has no line in _exclude": replace(
            COPIER,
            "  - \"{% if not (deploy is defined and deploy == 'kamal') %}/deploy/kamal{% endif %}\"\n",
            "",
        ),
        "compose is a choice of deploy without files": replace(
            COPIER, "deploy == 'compose') %}", "deploy == 'docker') %}"
        ),
        "clients/python/ has no line in _exclude": replace(
            COPIER, " in ('python', 'both')) %}/clients/python{%", " in ('python', 'both')) %}/clients/ruby{%"
        ),
        "both is a choice of api_clients without clients/typescript/": replace(
            COPIER, "'both')) %}/clients/typescript", "'all')) %}/clients/typescript"
        ),
        "webhooks has no line in _exclude": replace(
            COPIER,
            "  - \"{% if not (modules is defined and 'webhooks' in modules) %}/src/app/modules/webhooks{% endif %}\"\n",
            "",
        ),
        "files is a choice without files": replace(COPIER, "and 'files' in modules", "and 'file' in modules"),
        "the answers file is not written": remove("template/{{ _copier_conf.answers_file }}.jinja"),
        "the answers file is excluded": replace(COPIER, '  - ".env"\n', '  - ".env"\n  - ".copier*"\n'),
        "docs/jobs.md was a file and is a folder": all_of(remove(JOBS), add(f"{JOBS}/more.md")),
        "docs was a folder and is a file": all_of(move("template/docs", "template/docs2"), add("template/docs")),
        "docs/jobs.md and docs/Jobs.md are one": add("template/docs/Jobs.md"),
        "docs/a b.md has a character": add("template/docs/a b.md"),
        "docs/aux.md cannot be written": add("template/docs/aux.md"),
        "AGENTS.md is a symbolic link": link("template/AGENTS.md", "README.md.jinja"),
        "conftest.py is executable": executable("template/conftest.py"),
        "AGENTS.md has other line endings": append("template/AGENTS.md", "More.\r\n"),
        "mypy.ini has no newline": append("template/mypy.ini", "# More."),
        "conftest.py has a conflict": append("template/conftest.py", "<<<<<<< before updating\n"),
        "build/x.py is ignored": add("template/build/x.py"),
        "docs/{{ project_slug }}.md has a value": add("template/docs/{{ project_slug }}.md"),
        "template/.gitattributes does not fix": remove("template/.gitattributes"),
        ".gitattributes does not fix": replace(".gitattributes", "eol=lf", ""),
    },
    "released": {
        "migrations/standard/s0001_identity.py was released and is gone": move(
            IDENTITY, "template/migrations/standard/s0001_people.py"
        ),
        "migrations/standard/s0001_identity.py was released and is changed": append(IDENTITY, "\n# More.\n"),
        "migrations/standard/s0000_first.py comes before": add(
            "template/migrations/standard/s0000_first.py", '"""A."""\n'
        ),
        "standard_s0001_identity.py has another revision": replace(
            "extensions/modules/migration_steps.py", "[:12]", "[:11]"
        ),
        "migrations/revision.txt is changed": append("template/migrations/revision.txt", "# More.\n"),
        "template/src/app/database/schema/migrations.py makes other revisions": replace(
            "template/src/app/database/schema/migrations.py", STEP, "self.title"
        ),
        "CHANGELOG.md has no section 0.2.0": _section("0.2.0"),
        "CHANGELOG.md says something else of 0.1.0": append("CHANGELOG.md", "More.\n"),
        "CHANGELOG.md has no section Unreleased": _section("Unreleased"),
        "0.9.0 comes after": replace("pyproject.toml", 'version = "', 'version = "0.9.0"\nold = "'),
    },
    "rendering": {
        "_tasks run three times": replace(COPIER, "\n_exclude:", "\n_tasks:\n  - uv lock\n\n_exclude:"),
        "_skip_if_exists is a setting": replace(COPIER, "\n_exclude:", "\n_skip_if_exists: [Makefile]\n\n_exclude:"),
        "_secret_questions is a setting": replace(COPIER, "\n_exclude:", "\n_secret_questions: [ci]\n\n_exclude:"),
        "_answers_file is a setting": replace(COPIER, "\n_exclude:", "\n_answers_file: a.yml\n\n_exclude:"),
        "_templates_suffix is another one": replace(COPIER, "_suffix: .jinja", "_suffix: .tmpl"),
        "_envops is another one": replace(COPIER, "  keep_trailing_newline: true\n", ""),
        "filters.py imports datetime": replace(
            "extensions/modules/filters.py", "\nimport ", "\nimport datetime\nimport "
        ),
        "filters.py imports subprocess": replace(
            "extensions/modules/filters.py", "\nimport ", "\nimport subprocess\nimport "
        ),
        "names.py asks for cwd": append("extensions/modules/names.py", "\n\nHERE = Path.cwd()\n"),
        "names.py asks for hash": append("extensions/modules/names.py", "\n\nNUMBER = hash('x')\n"),
        "names.py asks for __import__": append("extensions/modules/names.py", "\n\nTIME = __import__('time')\n"),
        "compose.yaml.jinja prints now": replace("template/compose.yaml.jinja", "name:", "# {{ now() }}\nname:"),
        "compose.yaml.jinja prints dst_path": replace(
            "template/compose.yaml.jinja", "name:", "# {{ _copier_conf.dst_path }}\nname:"
        ),
        "names.py imports requests": append("extensions/modules/names.py", "\n\nimport requests\n"),
        "merge.py imports rich": append("updates/merge.py", "\n\nimport rich\n"),
    },
    "scripts": {
        "_migrations are others": replace(COPIER, "      - after\n", "      - afterwards\n"),
        "_migrations are others than": replace(COPIER, "  - command:\n", "  - version: v1.1.0\n    command:\n"),
        "_migrations are others than updates/before.py": replace(COPIER, "_stage == 'after'", "_stage == 'never'"),
        "updates/after.py is gone": move("updates/after.py", "updates/last.py"),
        "updates/after.py does not end with 1": replace(
            "updates/after.py", "sys.exit(bool(outcome.unmerged))", "sys.exit(0)"
        ),
        "make update is gone": replace("template/Makefile", "\nupdate: ", "\nupgrade: "),
        "make settle is gone": replace("template/Makefile", "\nsettle: ", "\nfinish: "),
        "make standard-check is gone": replace("template/Makefile", "\nstandard-check: ", "\nstandard: "),
        "python -m standard settle is gone": replace(
            "template/standard/__main__.py", 'add_parser("settle"', 'add_parser("end"'
        ),
        "python -m standard --to is gone": replace("template/standard/__main__.py", '"--to"', '"--until"'),
        "standard/settle.py is gone": remove("template/standard/settle.py"),
        "pyproject.toml does not pin Copier": replace("pyproject.toml", '"copier==', '"copier>='),
        "pyproject.toml pins Copier 99.0.0": replace("pyproject.toml", '"copier==', '"copier==99.0.0", #'),
        "inflect>=7 is no pin": replace("pyproject.toml", '"inflect==', '"inflect>=7", #'),
        "_min_copier_version is 99.0.0": replace(COPIER, '_min_copier_version: "', '_min_copier_version: "99.0.0" # "'),
        "standard/git.py imports yaml": append("template/standard/git.py", "\n\nimport yaml\n"),
        "standard/git.py imports .descriptions": append(
            "template/standard/git.py", "\n\nfrom .descriptions import load\n"
        ),
    },
}
