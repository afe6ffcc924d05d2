"""The tenant's log of what was done, for those who run the tenant."""

__all__: list[str] = []
