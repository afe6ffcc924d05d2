"""The tenant context, for services: they import core, and not the database."""

from app.database.tenancy import PersonContext, TenantContext, TenantContextRequired

__all__ = ["PersonContext", "TenantContext", "TenantContextRequired"]
