"""Revocations: they end access before tokens expire, and are written in the caller's transaction.

An entry names a session, a membership, a user, a tenant or a key. Every token that names it is
refused, so no clocks are compared; the entry is kept only as long as an access token can live.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.languages import message
from app.database.base import Base
from app.database.session import TenantSession

CHANNEL = "revocations"
MARGIN = timedelta(minutes=1)
"""Time for transactions that issue a token without seeing the revocation yet."""


class Reason(StrEnum):
    SESSION = "session"
    MEMBERSHIP = "membership"
    ROLE = "role"
    USER = "user"
    TENANT = "tenant"
    API_KEY = "api_key"

    @property
    def sentence(self) -> str:
        """The sentence shown to the client."""
        return SENTENCES[self]


SENTENCES = {
    Reason.SESSION: message("This log-in has ended."),
    Reason.MEMBERSHIP: message("You no longer work for this tenant."),
    Reason.ROLE: message("Your role has changed: refresh the access token."),
    Reason.USER: message("This user is suspended."),
    Reason.TENANT: message("This tenant is suspended or gone."),
    Reason.API_KEY: message("This API key was revoked."),
}


@dataclass(frozen=True, slots=True)
class Revoked:
    """A revocation. Tokens with the role `except_role` stay valid: they are up to date."""

    reason: Reason
    except_role: str | None = None


class Revocation(Base):
    """One revocation; `id` is the id of what was revoked."""

    __tablename__ = "revocations"
    __global_reason__ = "is asked before it is known whether anybody works for a tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    except_role: Mapped[str | None] = mapped_column(String(60))
    expires_at: Mapped[datetime] = mapped_column(index=True)


def revocation_sql(statement: str) -> Executable:
    return text(statement).execution_options(raw_sql="revocations hold across all tenants")


REVOKE = revocation_sql("""
    WITH written AS (
        INSERT INTO revocations (id, reason, except_role, expires_at)
        SELECT id, reason, except_role, clock_timestamp() + make_interval(secs => :seconds)
        FROM jsonb_to_recordset(CAST(:entries AS jsonb))
            AS entry (id uuid, reason text, except_role text)
        ORDER BY id
        ON CONFLICT (id) DO UPDATE SET (reason, except_role, expires_at)
            = ROW(excluded.reason, excluded.except_role, excluded.expires_at)
        RETURNING id, reason, except_role
    )
    SELECT pg_notify(:channel, to_jsonb(written)::text) FROM written
""")
LIFT = revocation_sql("""
    WITH lifted AS (DELETE FROM revocations WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING id)
    SELECT pg_notify(:channel, to_jsonb(lifted)::text) FROM lifted
""")


async def write_revocations(
    session: TenantSession, changes: Mapping[UUID, Revoked | None], *, lifetime: timedelta
) -> None:
    """Write revocations; None lifts one. All processes learn of them at commit."""
    lifted = [row_id for row_id, revoked in changes.items() if revoked is None]
    entries = [_entry(row_id, revoked) for row_id, revoked in changes.items() if revoked]
    if entries:
        seconds = (lifetime + MARGIN).total_seconds()
        values = {"entries": json.dumps(entries), "seconds": seconds, "channel": CHANNEL}
        await session.execute(REVOKE, values)
    if lifted:
        await session.execute(LIFT, {"ids": lifted, "channel": CHANNEL})


def read_notification(payload: str) -> tuple[UUID, Revoked | None]:
    """Parse a NOTIFY payload of `write_revocations`."""
    told: dict[str, Any] = json.loads(payload)
    return UUID(told["id"]), read_revoked(told) if "reason" in told else None


def read_revoked(row: Mapping[str, Any]) -> Revoked:
    return Revoked(Reason(row["reason"]), row["except_role"])


def refusal_of(
    ids: Sequence[UUID | None], role: str | None, revoked: Mapping[UUID, Revoked | None]
) -> str | None:
    """Return why a token with these ids is refused, or None."""
    for row_id in ids if revoked else ():
        found = revoked.get(row_id) if row_id else None
        if found and (found.except_role is None or found.except_role != role):
            return found.reason.sentence
    return None


def _entry(row_id: UUID, revoked: Revoked) -> dict[str, str | None]:
    return {"id": str(row_id), "reason": revoked.reason, "except_role": revoked.except_role}
