from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator

from app.kit.schemas import Schema

# Processes of a release before 2.0.0, while they still run, write these.
FORMER_ACTORS = {"person": "user", "api key": "api_key", "house": "system"}  # until 3.0
ActorKind = Annotated[
    Literal["user", "api_key", "visitor", "system"],
    BeforeValidator(lambda word: FORMER_ACTORS.get(word, word)),
]


class ActRead(Schema):
    """`actor_id` is null for acts of the system and of visitors, who have not logged in; `address`
    for acts without a request.
    """

    id: UUID
    at: datetime
    actor: ActorKind
    actor_id: UUID | None
    action: str
    subject: str | None
    subject_id: UUID | None
    changes: dict[str, Any]
    address: str | None
    trace_id: str | None
