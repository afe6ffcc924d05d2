"""People: how they register, prove who they are, and are shown to those they work with."""

from .errors import EmailTaken
from .services import AuthService, SuperuserService, UserService

__all__ = ["AuthService", "EmailTaken", "SuperuserService", "UserService"]
