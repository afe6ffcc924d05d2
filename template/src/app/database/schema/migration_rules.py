"""Find what a migration would block, or break for the release that still runs.

Squawk (https://squawkhq.com) reads the SQL that `alembic upgrade --sql` prints. Migrations that are
older than this check, and may have run in production long ago, are left alone.
"""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getsourcefile
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Enum, String
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from app.database.base import Base
from app.database.field_changes import QUOTE
from app.database.schema.migrations import PROJECT, Step, configuration

FIRST = Step("migrations.standard.s0006_endings", "").revision
"""The first migration that is checked: it came with the release that brought this check."""

ALLOWED = re.compile(r"^\s*# allow ([a-z-]+):(.*)$", re.MULTILINE)
ASKS = "asks-the-database"
RETYPED = "changing-column-type"
SHORTEST_REASON = 10
ALLOW = "If it is right here, say why in that file: # allow {rule}: …"
ADVICE = {
    "adding-field-with-default": "Add the column without a default, fill it in a job, then set the"
    " default.",
    "ban-drop-default": "The running release may leave the value out: drop the default in the"
    " release after the one that gives it.",
    "adding-foreign-key-constraint": "Use create_foreign_key of app.database.online.",
    "adding-not-nullable-field": "Use set_not_null of app.database.online.",
    "adding-required-field": "The running release inserts rows without it: give it a"
    " server_default, or nullable=True.",
    "adding-serial-primary-key-field": "Add the column, build a unique index with create_index of"
    " app.database.online, and add the key with USING INDEX.",
    "ban-drop-column": "The running release still reads it: remove it from the model in one"
    " release, and drop it in the next.",
    "ban-drop-table": "The running release still reads it: remove the model in one release, and"
    " drop it in the next.",
    "changing-column-type": "Add a column of the new type, write both, fill it in a job, and drop"
    " the old one in a later release.",
    "constraint-missing-not-valid": "Use create_check_constraint or create_foreign_key of"
    " app.database.online.",
    "disallowed-unique-constraint": "Use create_unique_constraint of app.database.online.",
    "renaming-column": "The running release still reads the old name: add a column, write both,"
    " and drop the old one in a later release.",
    "renaming-object": "The running release finds errors by the names of constraints: keep the"
    " name.",
    "renaming-table": "The running release still reads the old name: rename the model alone.",
    "require-concurrent-index-creation": "Use create_index of app.database.online.",
    "require-concurrent-index-deletion": "Use drop_index of app.database.online.",
    ASKS: "It reads or writes rows through op.get_bind(), which cannot be printed as SQL: use"
    " op.execute, or look at it yourself.",
}
OWN = {
    "whole-table-lock": (
        re.compile(
            r"^(?:vacuum\b.*\bfull\b|cluster\b|lock\b|refresh materialized view (?!concurrently)"
            r"|alter table .* set (?:un)?logged\b|alter table .* set tablespace\b)"
        ),
        "It locks a whole table until it is done, and reads wait, too.",
        "Do it outside of migrations, with CONCURRENTLY where that exists, or while nobody works.",
    ),
    "whole-table-write": (
        re.compile(r"^(?:(?:update|delete from)\b(?!.*\bwhere\b)|truncate\b)"),
        "It locks all rows of an existing table until the migration ends, or removes them.",
        "Fill a column in a job, or with `fill` of app.database.field_changes, batch by batch.",
    ),
    "do-block": (
        re.compile(r"^do\b"),
        "What a DO block does cannot be checked.",
        "Write its statements one by one, with op.execute.",
    ),
    "disable-row-security": (
        re.compile(r"^alter table\b.*\bdisable row level security"),
        "The running release sees rows of all tenants from then on.",
        "Use rows_of_all_tenants of app.database.rls, which lifts it for the owner alone.",
    ),
    "revoke-privileges": (
        re.compile(r"^revoke\b.*\bfrom\b.*\bapp_(?:rw|admin)\b"),
        "The running release still uses the right.",
        "Take it away in the release after the one that no longer uses it.",
    ),
}
"""Rules that Squawk lacks: the pattern of a statement, the problem, and the advice."""
OURS = re.escape(QUOTE)
UNREAD = (
    (re.compile(rf"\bDO {OURS}.*?{OURS}", re.DOTALL), ""),
    (re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL), " "),
    (re.compile(r"(\$\w*\$).*?\1", re.DOTALL), "''"),
    (re.compile(r"'(?:[^']|'')*'"), "''"),
)
"""Blocks of field_changes, comments, quoted bodies of functions, and quoted texts."""
CREATED = re.compile(r"create (?:unlogged )?table (?:if not exists )?(\S+)")
EXCLUDED = (
    "ban-char-field",
    "ban-drop-constraint",
    "ban-drop-not-null",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "require-enum-value-ordering",
    "require-lock-timeout",
    "require-statement-timeout",
    "transaction-nesting",
)
"""Squawk's rules that are about style, or that migrations/env.py keeps for all (timeouts)."""


class NoSquawk(Exception):
    """The linter is not installed. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Violation:
    file: str
    rule: str
    problem: str

    def __str__(self) -> str:
        advice = ADVICE.get(self.rule) or OWN.get(self.rule, (None, "", ""))[2]
        advice = " ".join([*filter(None, [advice]), ALLOW.format(rule=self.rule)])
        return f"{self.file}: {self.rule}: {self.problem}\n    {advice}"


def find_violations() -> list[Violation]:
    """Check every migration since FIRST. Raises NoSquawk."""
    return [
        violation for script in _checked() for violation in violations_of(script.module.upgrade)
    ]


def _checked() -> list[Script]:
    chain = [*ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]
    revisions = [script.revision for script in chain]
    return chain[revisions.index(FIRST) :] if FIRST in revisions else []


def violations_of(upgrade: Callable[[], None]) -> Iterator[Violation]:
    """Yield what is wrong and not allowed, and what is allowed and does not happen."""
    file = Path(getsourcefile(upgrade) or "")
    name = file.relative_to(PROJECT).as_posix() if file.is_relative_to(PROJECT) else file.name
    reasons = dict(ALLOWED.findall(file.read_text(encoding="utf-8")))
    found = _problems(upgrade)
    for rule, problem in found.items():
        if len(reasons.get(rule, "").strip()) < SHORTEST_REASON:
            yield Violation(name, rule, problem)
    for rule in sorted(reasons.keys() - found.keys()):
        yield Violation(name, rule, "is allowed and does not happen.")


def _problems(upgrade: Callable[[], None]) -> dict[str, str]:
    """Return the first problem of each rule."""
    try:
        printed, widened = _printed(upgrade)
        found = [*_lint(printed), *_own_problems(printed)]
    except (AttributeError, TypeError, SQLAlchemyError) as error:  # op.get_bind() is None
        return {ASKS: f"It cannot be printed as SQL: {error}."}
    if [rule for rule, _ in found].count(RETYPED) == widened:
        found = [each for each in found if each[0] != RETYPED]
    return dict(reversed(found))


def _own_problems(printed: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of a rule of OWN and what it says."""
    statements = [*_statements(printed)]
    created = {made[1] for each in statements if (made := CREATED.match(each))}
    for statement in statements:
        for rule, (pattern, problem, _) in OWN.items():
            if pattern.match(statement) and created.isdisjoint(statement.split()):
                yield rule, problem


def _statements(printed: str) -> Iterator[str]:
    """Yield the statements in lower case, on one line, without comments and what is quoted."""
    for pattern, replacement in UNREAD:
        printed = pattern.sub(replacement, printed)
    for statement in printed.split(";"):
        yield " ".join(statement.lower().split())


def _printed(upgrade: Callable[[], None]) -> tuple[str, int]:
    """Return the migration as SQL, and how many columns it gives a type for longer texts."""
    printed, widened = io.StringIO(), 0
    options = {
        "as_sql": True,
        "literal_binds": True,
        "output_buffer": printed,
        "target_metadata": Base.metadata,
    }
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    alter = context.impl.alter_column

    def alter_column(*of: Any, **changes: Any) -> None:
        nonlocal widened
        widened += _is_wider(changes.get("existing_type"), changes.get("type_"))
        alter(*of, **changes)

    context.impl.alter_column = alter_column  # type: ignore[method-assign]  # and calls it
    with Operations.context(context), context.begin_transaction():
        upgrade()
    return printed.getvalue(), widened


def _is_wider(before: TypeEngine[Any] | None, after: TypeEngine[Any] | None) -> bool:
    """True if each text of a column fits into the new type: PostgreSQL then rewrites nothing."""
    if not isinstance(before, String) or not isinstance(after, String) or isinstance(after, Enum):
        return False
    return after.length is None or (before.length or after.length + 1) <= after.length


def _lint(sql: str) -> list[tuple[str, str]]:
    """Return pairs of a rule and what it says, in order."""
    squawk = shutil.which("squawk", path=Path(sys.executable).parent) or shutil.which("squawk")
    if squawk is None:
        raise NoSquawk("squawk is missing, a development dependency (squawk-cli): make install")
    done = subprocess.run(  # noqa: S603 - no shell
        [squawk, "--reporter=json", "--pg-version=15", f"--exclude={','.join(EXCLUDED)}"],
        input=sql,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    if not done.stdout:
        raise NoSquawk(f"squawk did not run: {done.stderr.strip()}")
    return [(each["rule_name"], each["message"]) for each in json.loads(done.stdout)]
