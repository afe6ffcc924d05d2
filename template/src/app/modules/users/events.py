from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class UserDeleted(Event):
    """A user has deleted their account; the row is gone. Subscribers delete what refers to it."""

    name = "users.deleted"
    without_tenant = True

    user_id: UUID


@dataclass(frozen=True)
class UserRegistered(Event):
    """A user has registered. It belongs to no tenant, since a user may be a member of several."""

    name = "users.registered"
    without_tenant = True

    user_id: UUID
