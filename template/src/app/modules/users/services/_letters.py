from uuid import UUID

from app.core.jobs import OVER_HOURS, job
from app.core.mail import MAIL, Letter
from app.core.unit_of_work import UnitOfWork

from ..repositories import UserRepository
from ._one_time import OneTimeTokens, Purpose

CONFIRM = """Hello {name},

please confirm that this is your e-mail address:

{link}

The link is good for two days. If you did not ask for this letter, ignore it.
"""
FORGOTTEN = """Hello {name},

choose a new password here:

{link}

The link is good for one hour and for one use. If you did not ask for this letter, ignore it: your
password stays as it is.
"""
AFTER_CHANGE = """Hello {name},

your password was changed, and your other log-ins have ended.

If it was not you, set a new password at once: ask for a link where you log in.
"""
NEW_EMAIL = """Hello {name},

your account now has another e-mail address, and this one is no longer used.

If it was not you, answer to this letter.
"""
FACTOR_ADDED = """Hello {name},

from now on your account asks for a code of your device when you log in.

If it was not you, change your password and remove the second factor.
"""
FACTOR_REMOVED = """Hello {name},

your account no longer asks for a code when you log in.

If it was not you, change your password at once.
"""


@job(name="users.mail_confirmation", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_confirmation(work: UnitOfWork, user_id: UUID, email: str) -> None:
    """To the address that is to be confirmed: the user's own, or the one she wants to have."""
    users = UserRepository(work.session)
    user, owner = await users.find(user_id), await users.find_by_email(email)
    if user is None or (owner is not None and owner.id != user.id):
        return
    secret = await OneTimeTokens(work).issue(Purpose.EMAIL, user_id=user.id, email=email)
    text = CONFIRM.format(name=user.full_name, link=_link(work, "confirm-email", secret))
    await _send(work, email, "Confirm your e-mail address", text)


@job(name="users.mail_password_reset", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_password_reset(work: UnitOfWork, email: str) -> None:
    """To users. Whether one exists is found out here, not in the request, which must not tell."""
    user = await UserRepository(work.session).find_by_email(email)
    if user is None or user.suspended_at is not None:
        return
    secret = await OneTimeTokens(work).issue(Purpose.PASSWORD, user_id=user.id, email=email)
    text = FORGOTTEN.format(name=user.full_name, link=_link(work, "reset-password", secret))
    await _send(work, email, "Choose a new password", text)


LETTERS = (mail_confirmation, mail_password_reset)


def _link(work: UnitOfWork, page: str, secret: str) -> str:
    """Behind the #, so that the secret reaches no server's log before it is used."""
    return f"{work.runtime.settings.pages_url}/{page}#token={secret}"


async def _send(work: UnitOfWork, to: str, subject: str, text: str) -> None:
    await work.commit()
    await work.runtime.mailer.send(Letter(to=to, subject=subject, text=text))
