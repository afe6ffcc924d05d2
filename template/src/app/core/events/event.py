"""Base classes of domain events: named in the past tense, carrying ids."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import TypeAdapter

from app.core.jobs import module_path


@dataclass(frozen=True)
class Event:
    """Something that happened in a tenant; its subscribers work for that tenant.

    `ordered_by` names the field with the aggregate's id, for subscribers that need order. With
    `without_tenant` the event belongs to no tenant. When a field changes its meaning, raise
    `version` and extend `upcast`: old payloads are still waiting in the outbox.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    ordered_by: ClassVar[str | None] = None
    without_tenant: ClassVar[bool] = False
    _made_adapter: ClassVar[TypeAdapter[Any]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in cls.__dict__:
            cls.name = ".".join([*module_path(cls), _snake(cls.__name__)])

    @classmethod
    def upcast(cls, payload: dict[str, Any], version: int) -> dict[str, Any]:
        """Convert a payload of an older version to the current one."""
        return payload

    def to_payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self._adapter().dump_python(self, mode="json")
        return payload

    @classmethod
    def from_payload(cls, payload: dict[str, Any], version: int) -> Self:
        """Raises NewerEvent, or pydantic's ValidationError for an invalid payload."""
        if version > cls.version:
            raise NewerEvent(f"{cls.name} has version {version}, this release knows {cls.version}")
        if version < cls.version:
            payload = cls.upcast(payload, version)
        event: Self = cls._adapter().validate_python(payload)
        return event

    @classmethod
    def _adapter(cls) -> TypeAdapter[Any]:
        """Create the adapter lazily: `__init_subclass__` runs before `@dataclass` does."""
        if "_made_adapter" not in cls.__dict__:
            cls._made_adapter = TypeAdapter(cls)
        return cls._made_adapter

    @property
    def ordering_key(self) -> str | None:
        return str(getattr(self, self.ordered_by)) if self.ordered_by else None

    def belongs_to(self, tenant_id: UUID | None) -> bool:
        """Return False if the event's field `tenant_id` names another tenant."""
        return self.without_tenant or getattr(self, "tenant_id", tenant_id) == tenant_id


@dataclass(frozen=True)
class AnyEvent(Event):
    """Every event of a tenant, as stored in the outbox: `@subscribe(AnyEvent)`.

    For subscribers that forward events without interpreting them. It costs one delivery per event.
    """

    name = "any"

    event_id: UUID
    kind: str
    payload: dict[str, Any]
    occurred_at: datetime


class NewerEvent(Exception):
    """The event was written by a newer release; retried until all workers are updated."""


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
