from ._accounts import AccountService, export_account
from ._administration import UserAdministration
from ._auth import AuthService
from ._challenges import Challenge
from ._email_jobs import EMAIL_JOBS
from ._emails import EmailService
from ._identities import IdentityService
from ._oidc import OidcService
from ._passwords import PasswordService
from ._second_factors import SecondFactorService
from ._sessions import SessionService
from ._superusers import SuperuserService
from ._support import SupportPlaces, SupportService
from ._token_pairs import TokenPair
from ._users import Me, Member, UserService

__all__ = [
    "EMAIL_JOBS",
    "AccountService",
    "AuthService",
    "Challenge",
    "EmailService",
    "IdentityService",
    "Me",
    "Member",
    "OidcService",
    "PasswordService",
    "SecondFactorService",
    "SessionService",
    "SuperuserService",
    "SupportPlaces",
    "SupportService",
    "TokenPair",
    "UserAdministration",
    "UserService",
    "export_account",
]
