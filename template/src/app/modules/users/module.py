from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData

from .jobs import JOBS
from .mails import MAILS
from .permissions import UserPermission
from .routes import pages, routers, show_failed_log_in
from .services import EMAIL_JOBS, export_account

module = Module(
    name="users",
    uses=("tenants",),
    routers=routers,
    pages=pages,
    error_pages={"/api/v1/auth/oidc": show_failed_log_in},
    tags={
        "auth": "Registration, log-in, and links in e-mails.",
        "me": "The user who is logged in: profile, password, sessions, second factor.",
        "users": "The members of the tenant.",
        "administration": "Users and tenants of the whole platform, for superusers.",
    },
    jobs=(*EMAIL_JOBS, *JOBS),
    mails=MAILS,
    personal_data=PersonalData(in_account=export_account),
    permissions={UserPermission.READ: Role.VIEWER},
)
