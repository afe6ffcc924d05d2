"""Which of a model's rows a session may reach with a repository's own statements.

The same rule as scoping.py has for queries; row security in Postgres relies on neither.
"""

from typing import Any
from uuid import UUID

from app.database.mixins import TenantMixin
from app.database.session import ScopedAsyncSession
from app.database.tenancy import PersonContext, TenantContext, TenantContextRequired


def narrowing_columns(model: type[Any]) -> list[str | None]:
    """Those that `narrowing` may answer for the model."""
    personal = getattr(model, "__personal__", None)
    return [
        None,
        *(["tenant_id"] if issubclass(model, TenantMixin) else []),
        *([personal] if personal else []),
    ]


def narrowing(
    model: type[Any], session: ScopedAsyncSession, *, to_write: bool = False
) -> tuple[str | None, UUID | None]:
    """The column that keeps a session to its own rows, and its value.

    Raises TenantContextRequired.
    """
    if session.unscoped or not issubclass(model, TenantMixin):
        return None, None
    match session.context:
        case TenantContext(tenant_id):
            return "tenant_id", tenant_id
        case PersonContext(user_id) if not to_write and hasattr(model, "__personal__"):
            return model.__personal__, user_id
        case _:
            raise TenantContextRequired(
                f"{model.__name__} belongs to tenants, and this session works for none"
            )
