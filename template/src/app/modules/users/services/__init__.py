from ._administration import UserAdministration
from ._auth import AuthService
from ._emails import EmailService
from ._letters import LETTERS
from ._passwords import PasswordService
from ._sessions import SessionService, TokenPair
from ._users import Me, Member, UserService

__all__ = [
    "LETTERS",
    "AuthService",
    "EmailService",
    "Me",
    "Member",
    "PasswordService",
    "SessionService",
    "TokenPair",
    "UserAdministration",
    "UserService",
]
