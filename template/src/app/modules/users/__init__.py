"""Users: registration, log-in, and what other members of a tenant see of them."""

from .errors import EmailTaken
from .events import UserDeleted, UserRegistered
from .services import AuthService, SuperuserService, UserService

__all__ = [
    "AuthService",
    "EmailTaken",
    "SuperuserService",
    "UserDeleted",
    "UserRegistered",
    "UserService",
]
