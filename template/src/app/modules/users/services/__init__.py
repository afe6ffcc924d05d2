from ._administration import UserAdministration
from ._auth import AuthService
from ._sessions import SessionService, TokenPair
from ._users import Me, Member, UserService

__all__ = [
    "AuthService",
    "Me",
    "Member",
    "SessionService",
    "TokenPair",
    "UserAdministration",
    "UserService",
]
