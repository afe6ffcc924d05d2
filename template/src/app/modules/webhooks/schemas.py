from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from app.kit.schemas import Schema, omittable
from app.kit.texts import Plain
from app.kit.urls import Url

Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Plain]
Pattern = Annotated[
    str, StringConstraints(max_length=120, pattern=r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$")
]
Patterns = Annotated[list[Pattern], Field(min_length=1, max_length=50)]


class EndpointCreate(Schema):
    """`events` are names such as `invoices.paid`, or patterns: `invoices.*`, `*`."""

    url: Url
    events: Patterns
    description: Description = ""


class EndpointChange(Schema):
    """Fields that are left out stay as they are."""

    url: Url = omittable()
    events: Patterns = omittable()
    description: Description = omittable()
    enabled: StrictBool = omittable()


class EndpointRead(Schema):
    id: UUID
    url: str
    events: list[str]
    description: str
    enabled: bool
    failing_since: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    updated_at: datetime


class EndpointIssued(EndpointRead):
    """The secret is shown only here."""

    secret: str


class DeliveryRead(Schema):
    """`id` is sent to the endpoint as `webhook-id`, the same at each attempt."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event: str
    status: str
    attempts: int
    attempted_at: datetime | None
    answer_status: int | None
    error: str | None
    created_at: datetime


class DeliveryReadWhole(DeliveryRead):
    body: str
