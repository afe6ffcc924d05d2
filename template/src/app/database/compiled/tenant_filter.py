"""The tenant filter of repositories' compiled statements.

orm/tenant_filter.py applies the same rule to ORM queries; row security relies on neither.
"""

from typing import Any
from uuid import UUID

from app.database.mixins import TenantMixin
from app.database.tenancy import Context, PersonContext, TenantContext, TenantContextRequired


def tenant_columns(model: type[Any]) -> list[str | None]:
    """Return the columns that `tenant_filter` may return for the model."""
    personal = getattr(model, "__personal__", None)
    return [
        None,
        *(["tenant_id"] if issubclass(model, TenantMixin) else []),
        *([personal] if personal else []),
    ]


def tenant_filter(
    model: type[Any], context: Context, *, unscoped: bool, to_write: bool = False
) -> tuple[str | None, UUID | None]:
    """Return the column that limits statements to the context's rows, and its value.

    Both are None if nothing is filtered. Raises TenantContextRequired.
    """
    if unscoped or not issubclass(model, TenantMixin):
        return None, None
    match context:
        case TenantContext(tenant_id):
            return "tenant_id", tenant_id
        case PersonContext(user_id) if not to_write and hasattr(model, "__personal__"):
            return model.__personal__, user_id
        case _:
            raise TenantContextRequired(
                f"{model.__name__} belongs to tenants, and this session works for none"
            )
