"""A tenant's audit log: written in the transaction of the action, and never changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json, to_jsonable_python
from sqlalchemy import ColumnElement, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.auth import Actor
from app.core.observability.logging import HIDDEN, is_private
from app.core.work import Work
from app.database.base import Base
from app.database.compiled.rows import read_only_class
from app.database.compiled.statement import prepared
from app.database.mixins import TenantMixin, UUIDMixin, linked_ids, owned_rows
from app.database.repository import Repository
from app.kit import clock
from app.kit.ids import new_id
from app.kit.rows import Rows

NOT_LOGGED = {"tenant_id", "id", "created_at", "updated_at"}
ACTS = prepared(
    "write_acts",
    text("""
    INSERT INTO audit_log (
        id, tenant_id, at, actor, actor_id, action, subject, subject_id, changes, address, trace_id
    )
    SELECT
        id, tenant_id, at, actor, actor_id, action, subject, subject_id, changes, address, trace_id
    FROM jsonb_populate_recordset(
        NULL::audit_log, CAST(convert_from(:acts, 'UTF8') AS jsonb)
    )
    """).execution_options(raw_sql="each entry names its tenant, which row security compares"),
)


class LogEntry(UUIDMixin, TenantMixin, Base):
    """One audit entry. `actor` is `user`, `api_key`, `visitor` (somebody who has not logged in, by
    `acting_for`) or `system` (without an id).

    Entries of jobs have no address.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "actor_id", "id"),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor: Mapped[str] = mapped_column(String(10), info={"example": "user"})
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]] = mapped_column(info={"example": {"name": {"old": "First"}}})
    address: Mapped[str | None]
    trace_id: Mapped[str | None]


class LogEntryRepository(Repository[LogEntry]):
    model = LogEntry


@dataclass(frozen=True)
class Act:
    """An action to log. One row was created or deleted; two rows are compared."""

    action: str
    before: Any = None
    after: Any = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError when both rows are the same object."""
        if self.before is not None and self.before is self.after:
            raise ValueError(f"{self.action}: keep a copy_of(row) before you change it")

    @property
    def row(self) -> Any:
        return self.before if self.after is None else self.after

    def changes(self) -> dict[str, Any]:
        """Return {"name": {"old": "First", "new": "Second"}}, without private values."""
        before, after = _values(self.before), {**_values(self.after), **self.notes}
        declared = getattr(type(self.row), "__private__", None)
        return {
            name: HIDDEN
            if _is_hidden(name, None if name in self.notes else declared)
            else {"old": self._shown(name, before), "new": self._shown(name, after)}
            for name in before | after
            if before.get(name) != after.get(name)
        }

    def _shown(self, name: str, values: Mapping[str, Any]) -> Any:
        """Return a value; of rows that belong to the row, those without private values."""
        value = values.get(name)
        for owned in owned_rows(type(self.row)):
            if owned.name == name and value is not None:
                declared = getattr(owned.rows, "__private__", None)
                return [_without_private(each, declared) for each in value]
        return value


def _is_hidden(name: str, declared: Collection[str] | None) -> bool:
    """True for what the model declares private; if it declares nothing, the name decides."""
    return is_private(name) if declared is None else name in declared


def _without_private(values: Mapping[str, Any], declared: Collection[str] | None) -> dict[str, Any]:
    return {name: HIDDEN if _is_hidden(name, declared) else value for name, value in values.items()}


async def write_acts(work: Work, acts: Sequence[Act]) -> None:
    """Insert the entries together with COMMIT. Raises TenantContextRequired."""
    rows = [_row(work, act) for act in acts]
    if not work.session.is_clustered:
        await work.session.at_commit(ACTS, to_json(rows))
        return
    # Citus sends the rows of a SELECT to other nodes with COPY, which row security refuses.
    for row in rows:
        changes = to_jsonable_python(row["changes"])
        await LogEntryRepository(work.session).create(**{**row, "changes": changes})


async def list_acts(
    work: Work,
    *,
    limit: int,
    cursor: str | None = None,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    action: str | None = None,
    at_from: datetime | None = None,
    at_until: datetime | None = None,
) -> Rows[LogEntry]:
    """Return entries, newest first: all, of one subject, or by one actor; of an action, or of
    all that begin like `members.*`; at or after `at_from` and before `at_until`.

    Raises InvalidCursor.
    """
    entries = LogEntryRepository(work.session)
    query = entries.filtered(subject_id=subject_id, actor_id=actor_id)
    if action is not None:
        query = query.where(_is_action(action))
    if at_from is not None:
        query = query.where(LogEntry.at >= at_from)
    if at_until is not None:
        query = query.where(LogEntry.at < at_until)
    return await entries.page(query, limit=limit, cursor=cursor)


def _is_action(action: str) -> ColumnElement[bool]:
    if action.endswith(".*"):
        return LogEntry.action.startswith(action.removesuffix("*"), autoescape=True)
    return LogEntry.action == action


def _row(work: Work, act: Act) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": work.tenant.tenant_id,
        "at": clock.now(),
        "actor": _kind(work.actor),
        "actor_id": work.actor.identity,
        "action": act.action,
        "subject": act.row.__tablename__ if act.row is not None else None,
        "subject_id": act.row.id if act.row is not None else None,
        "changes": act.changes(),
        "address": work.origin.address if work.origin else None,
        "trace_id": work.trace_id,
    }


def _kind(actor: Actor) -> str:
    if actor.user_id:
        return "user"
    if actor.is_visitor:
        return "visitor"
    return "api_key" if actor.api_key_id else "system"


def copy_of(row: Any) -> Any:
    """Return a read-only copy of a row, to compare with the row after it was changed."""
    mapper = type(row).__mapper__
    copy = object.__new__(read_only_class(mapper.class_))
    copy.__dict__.update({each.key: getattr(row, each.key) for each in mapper.column_attrs})
    names = [each.name for each in linked_ids(type(row))]
    names += [each.name for each in owned_rows(type(row))]
    copy.__dict__.update({name: vars(row)[name] for name in names if name in vars(row)})
    return copy


def _values(row: Any) -> dict[str, Any]:
    model: Any = type(row)
    if row is None:
        return {}
    return {name: getattr(row, name) for name in _logged(model)} | _linked(row) | _owned(row)


def _linked(row: Any) -> dict[str, Any]:
    """Return the LinkedIds that were loaded."""
    names = (each.name for each in linked_ids(type(row)))
    return {name: vars(row)[name] for name in names if name in vars(row)}


def _owned(row: Any) -> dict[str, Any]:
    """Return the values of the OwnedRows that were loaded."""
    found = {}
    for each in owned_rows(type(row)):
        if each.name in vars(row):
            model: Any = each.rows
            names = [name for name in _logged(model) if name not in (each.own.key, "position")]
            rows = vars(row)[each.name]
            found[each.name] = [{name: getattr(one, name) for name in names} for one in rows]
    return found


@cache
def _logged(model: Any) -> tuple[str, ...]:
    names = (each.key for each in model.__mapper__.column_attrs)
    return tuple(name for name in names if name not in NOT_LOGGED)
