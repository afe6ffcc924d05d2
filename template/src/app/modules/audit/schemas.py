from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.kit.schemas import Schema


class ActRead(Schema):
    """`actor_id` is null for acts of the system and of visitors, who have not logged in; `address`
    for acts without a request.
    """

    id: UUID
    at: datetime
    actor: Literal["person", "api key", "visitor", "house"]
    actor_id: UUID | None
    action: str
    subject: str | None
    subject_id: UUID | None
    changes: dict[str, Any]
    address: str | None
    trace_id: str | None
