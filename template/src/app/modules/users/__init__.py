"""Users: registration, log-in, and what other members of a tenant see of them."""

from .errors import EmailTaken
from .events import UserDeleted, UserRegistered
from .schemas import ChallengeAnswer, LogInForm
from .services import (
    AuthService,
    Challenge,
    Me,
    OidcService,
    SessionService,
    SuperuserService,
    SupportService,
    TokenPair,
    UserService,
)

__all__ = [
    "AuthService",
    "Challenge",
    "ChallengeAnswer",
    "EmailTaken",
    "LogInForm",
    "Me",
    "OidcService",
    "SessionService",
    "SuperuserService",
    "SupportService",
    "TokenPair",
    "UserDeleted",
    "UserRegistered",
    "UserService",
]
