from collections.abc import Mapping
from uuid import UUID

from app.core.jobs import OVER_HOURS, job
from app.core.languages import Locale
from app.core.mail import MAIL, Mail, send_now, write_mail
from app.core.unit_of_work import UnitOfWork

from ..mails import CONFIRM_EMAIL, RESET_PASSWORD
from ..repositories import User, UserRepository
from ._locales import locale_of
from ._one_time import OneTimeTokens, Purpose


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
    locale = await locale_of(work, user)
    secret = await _issue(work, Purpose.EMAIL, user.id, email, version)
    values, links = {"name": user.full_name}, {"link": _link(work, "confirm-email", secret)}
    await _send(work, CONFIRM_EMAIL, email, locale, values=values, links=links)


@job(name="users.mail_password_reset", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_password_reset(work: UnitOfWork, email: str) -> None:
    """Mail a link if a user has this address. The request must not reveal whether one has."""
    user = await UserRepository(work.session).find_by_email(email)
    if user is None or user.suspended_at is not None:
        return
    locale = await locale_of(work, user)
    secret = await _issue(work, Purpose.PASSWORD, user.id, email, user.credentials_version)
    links = {"link": _link(work, "reset-password", secret)}
    await _send(work, RESET_PASSWORD, email, locale, links=links)


@job(name="users.mail_notice", queue=MAIL, retry=OVER_HOURS, without_tenant=True)
async def mail_notice(
    work: UnitOfWork,
    to: str,
    mail: str,
    user_id: UUID,
    values: dict[str, str],
    language: str | None = None,
    time_zone: str | None = None,
) -> None:
    """Mail a user what happened to their account; `mail` is the name of its template.

    Language and time zone are for a user who no longer exists.
    """
    user = await UserRepository(work.session).find(user_id)
    locale = await locale_of(work, user) if user else Locale.of(language, time_zone=time_zone)
    await _send(work, Mail(name=mail), to, locale, values=values)


EMAIL_JOBS = (mail_confirmation, mail_password_reset, mail_notice)


def notify(work: UnitOfWork, user: User, mail: Mail, **values: str) -> None:
    """Enqueue an e-mail to the address that the user has now."""
    work.enqueue(
        mail_notice,
        to=user.email,
        mail=mail.name,
        user_id=user.id,
        values=values,
        language=user.language,
        time_zone=user.time_zone,
    )


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


async def _send(
    work: UnitOfWork,
    mail: Mail,
    to: str,
    locale: Locale,
    *,
    values: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> None:
    settings = work.runtime.settings
    email = write_mail(
        mail.name, to=to, settings=settings, locale=locale, values=values, links=links
    )
    await send_now(work, email)
