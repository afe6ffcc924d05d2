"""API keys: programs use them to work for a tenant."""

from .services import ApiKeyService

__all__ = ["ApiKeyService"]
