from uuid import UUID

from app.core.jobs import OVER_HOURS, job
from app.core.mail import MAIL, Email, quoted, send_now
from app.core.unit_of_work import UnitOfWork

from ..repositories import UserRepository
from ._one_time import OneTimeTokens, Purpose

CONFIRM = """Hello,

somebody who gave the name {name} wants to use this e-mail address for an account. If it was you,
confirm it here, logged in or with your password:

{link}

The link is good for two days. If it was not you, ignore this e-mail: nothing happens then.
"""
RESET_LINK = """Hello,

choose a new password here:

{link}

The link is good for one hour and for one use. If you did not ask for this e-mail, ignore it: your
password stays as it is.
"""
AFTER_CHANGE = """Hello,

your password was changed, and your other log-ins have ended.

If it was not you, set a new password at once: ask for a link where you log in.
"""
AFTER_RESET = """Hello,

your password was changed, all your log-ins have ended, and no account elsewhere is linked any
more. It is linked again when you log in with it, if it has this e-mail address.

If it was not you, set a new password at once: ask for a link where you log in.
"""
NEW_EMAIL = """Hello,

your account now has another e-mail address, and this one is no longer used. Your other log-ins
have ended, and no account elsewhere is linked any more.

If it was not you, reply to this e-mail.
"""
FACTOR_ADDED = """Hello,

from now on your account asks for a code of your device when you log in. Your other log-ins have
ended.

If it was not you, change your password and remove the second factor.
"""
FACTOR_REMOVED = """Hello,

your account no longer asks for a code when you log in. Your other log-ins have ended.

If it was not you, change your password at once.
"""
FACTOR_LOCKED = """Hello,

somebody knows your password and has tried several wrong codes of your second factor.

If it was not you, choose another password at once: ask for a link where you log in.
"""
REUSED = """Hello,

we have ended one of your log-ins, because its secret was used twice. It may have been copied.

If you did not notice anything unusual yourself, log in again and look at the list of your log-ins.
"""
NEW_DEVICE = """Hello,

somebody has logged in to your account on {when}, with a device or program that we had not seen
before.

If it was not you, choose another password at once, which ends all log-ins: ask for a link where you
log in.
"""
LINKED = """Hello,

from now on you can log in with your account at {provider}. Your other log-ins have ended.

If it was not you, log in, unlink that account and set a new password.
"""
UNLINKED = """Hello,

nobody can log in with your account at {provider} any more. Your other log-ins have ended.

If it was not you, set a new password at once: ask for a link where you log in.
"""


@job(name="users.mail_confirmation", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_confirmation(
    work: UnitOfWork, user_id: UUID, email: str, version: int | None = None
) -> None:
    """Mail a link to the address that is to be confirmed: the user's own, or a new one.

    With a `version`, the link works only while the user's credentials have that version.
    """
    users = UserRepository(work.session)
    user, owner = await users.find(user_id), await users.find_by_email(email)
    if user is None or (owner is not None and owner.id != user.id):
        return
    secret = await _issue(work, Purpose.EMAIL, user.id, email, version)
    link = _link(work, "confirm-email", secret)
    text = CONFIRM.format(name=quoted(user.full_name), link=link)
    await _send(work, email, "Confirm your e-mail address", text, link)


@job(name="users.mail_password_reset", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_password_reset(work: UnitOfWork, email: str) -> None:
    """Mail a link if a user has this address. The request must not reveal whether one has."""
    user = await UserRepository(work.session).find_by_email(email)
    if user is None or user.suspended_at is not None:
        return
    secret = await _issue(work, Purpose.PASSWORD, user.id, email, user.credentials_version)
    link = _link(work, "reset-password", secret)
    await _send(work, email, "Choose a new password", RESET_LINK.format(link=link), link)


EMAIL_JOBS = (mail_confirmation, mail_password_reset)


def _link(work: UnitOfWork, page: str, secret: str) -> str:
    """Return the page's address with the secret after the #, which no server logs."""
    return f"{work.runtime.settings.pages_url}/{page}#token={secret}"


async def _issue(
    work: UnitOfWork, purpose: Purpose, user_id: UUID, email: str, version: int | None
) -> str:
    """Commit the secret before the e-mail is sent: no transaction waits for the mail server."""
    async with work.within(None) as own:
        return await OneTimeTokens(own).issue(
            purpose, user_id=user_id, email=email, version=version
        )


async def _send(work: UnitOfWork, to: str, subject: str, text: str, link: str) -> None:
    await send_now(work, Email(to=to, subject=subject, text=text, links=(link,)))
