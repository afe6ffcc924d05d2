from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class UserRegistered(Event):
    """Belongs to no tenant: a user may work for several."""

    name = "users.registered"
    without_tenant = True

    user_id: UUID
