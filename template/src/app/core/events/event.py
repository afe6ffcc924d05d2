"""A fact in the past tense, carrying ids."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import TypeAdapter

from app.core.jobs import room_of


@dataclass(frozen=True)
class Event:
    """`ordered_by` names the field with the aggregate's id, for subscribers who ask for order.

    An event happens in a tenant, and its subscribers work for that tenant; with `without_tenant`
    it happens in none. When a field changes its meaning, raise `version` and teach `upcast` the old
    payloads: they wait in the outbox.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    ordered_by: ClassVar[str | None] = None
    without_tenant: ClassVar[bool] = False
    _made_adapter: ClassVar[TypeAdapter[Any]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in cls.__dict__:
            cls.name = ".".join([*room_of(cls), _snake(cls.__name__)])

    @classmethod
    def upcast(cls, payload: dict[str, Any], version: int) -> dict[str, Any]:
        """The payload of an older version, as this version would have written it."""
        return payload

    def to_payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self._adapter().dump_python(self, mode="json")
        return payload

    @classmethod
    def from_payload(cls, payload: dict[str, Any], version: int) -> Self:
        """Raises NewerEvent, or pydantic's ValidationError for a payload that is unreadable."""
        if version > cls.version:
            raise NewerEvent(f"{cls.name} has version {version}, this release knows {cls.version}")
        if version < cls.version:
            payload = cls.upcast(payload, version)
        event: Self = cls._adapter().validate_python(payload)
        return event

    @classmethod
    def _adapter(cls) -> TypeAdapter[Any]:
        """Made at its first use: while the class is being made it is no dataclass yet."""
        if "_made_adapter" not in cls.__dict__:
            cls._made_adapter = TypeAdapter(cls)
        return cls._made_adapter

    @property
    def ordering_key(self) -> str | None:
        return str(getattr(self, self.ordered_by)) if self.ordered_by else None

    def belongs_to(self, tenant_id: UUID | None) -> bool:
        """False if the event has a field `tenant_id` with another tenant in it."""
        return self.without_tenant or getattr(self, "tenant_id", tenant_id) == tenant_id


@dataclass(frozen=True)
class AnyEvent(Event):
    """Each event of a tenant, whatever its kind, as the outbox has it: `@subscribe(AnyEvent)`.

    For what passes events on without understanding them. It costs a delivery for every event.
    """

    name = "any"

    event_id: UUID
    kind: str
    payload: dict[str, Any]
    occurred_at: datetime


class NewerEvent(Exception):
    """Written by a newer release than this one; worth another attempt once all workers are new."""


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
