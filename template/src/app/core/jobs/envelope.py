"""The envelope carries a job's tenant, actor and trace beside its arguments."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from app.core.auth import Actor
from app.core.observability import current_span_id
from app.core.permissions import PermissionRegistry
from app.core.work import Work
from app.database.tenancy import Context, TenantContext, TenantContextRequired

from .errors import JobRefused
from .job import EnqueuedJob, Job


class Envelope(BaseModel):
    """The JSON that the queue stores for one run."""

    id: UUID | None = None
    tenant_id: UUID | None = None
    actor: dict[str, Any] | None = None
    trace_id: str | None = None
    span_id: str | None = None
    resource: str | None = None
    arguments: dict[str, Any] = {}
    done: bool = False

    @property
    def context(self) -> Context:
        return TenantContext(self.tenant_id) if self.tenant_id else None

    def actor_for(self, permissions: PermissionRegistry) -> Actor:
        return Actor.from_json(self.actor, permissions) if self.actor else Actor.system(None)


def make_envelope(work: Work, enqueued: EnqueuedJob) -> Envelope:
    """Make the envelope. Raises TenantContextRequired for a tenant's job without a tenant."""
    return Envelope(
        id=enqueued.id,
        tenant_id=_tenant_of(work, enqueued.job),
        actor=work.actor.to_json(),
        trace_id=work.trace_id,
        span_id=current_span_id(),
        resource=enqueued.job.resource,
        arguments=enqueued.arguments,
    )


def read_envelope(job: Job, packed: dict[str, Any]) -> Envelope:
    """Read the envelope. Raises JobRefused if its tenant is missing or differs from its actor's."""
    try:
        envelope = Envelope.model_validate(packed)
    except ValidationError:
        raise JobRefused(f"{job.name}: the envelope is unreadable") from None
    if job.without_tenant:
        return envelope
    if envelope.tenant_id is None or envelope.actor is None:
        raise JobRefused(f"{job.name}: the envelope names no tenant or no actor")
    if envelope.actor.get("tenant_id") not in (None, str(envelope.tenant_id)):
        raise JobRefused(f"{job.name}: the envelope's tenant is not its actor's")
    return envelope


def _tenant_of(work: Work, job: Job) -> UUID | None:
    if job.without_tenant:
        return None
    if not isinstance(work.context, TenantContext):
        raise TenantContextRequired(f"{job.name} is for tenants, and is enqueued by work for none")
    return work.context.tenant_id
