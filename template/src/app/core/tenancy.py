"""The tenant context for services, which import core and not the database."""

from app.database.tenancy import PersonContext, TenantContext, TenantContextRequired

__all__ = ["PersonContext", "TenantContext", "TenantContextRequired"]
