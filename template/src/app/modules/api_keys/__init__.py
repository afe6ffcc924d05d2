"""Keys with which programs work for a tenant."""

from .services import ApiKeyService

__all__ = ["ApiKeyService"]
