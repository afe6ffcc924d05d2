"""The audit log of a tenant, for its admins and owners."""

__all__: list[str] = []
