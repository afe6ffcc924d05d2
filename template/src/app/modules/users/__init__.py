"""Users: registration, log-in, and what other members of a tenant see of them."""

from .errors import EmailTaken
from .services import AuthService, SuperuserService, UserService

__all__ = ["AuthService", "EmailTaken", "SuperuserService", "UserService"]
