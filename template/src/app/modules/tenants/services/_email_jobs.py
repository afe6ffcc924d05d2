from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.jobs import OVER_HOURS, job
from app.core.languages import Locale
from app.core.mail import MAIL, send_now, write_mail
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork

from ..mails import INVITATION
from ..repositories import InvitationRepository, TenantRepository


def token_of(tenant: TenantContext, secret: str) -> str:
    """Return the token: the tenant's id says where to look, the secret proves the invitation."""
    return f"{tenant.tenant_id}.{secret}"


@job(name="tenants.mail_invitation", queue=MAIL, retry=OVER_HOURS)
async def mail_invitation(work: UnitOfWork, invitation_id: UUID) -> None:
    """Mail the invitation, unless it was withdrawn or accepted meanwhile."""
    invitations = InvitationRepository(work.session)
    invitation = await invitations.find(invitation_id)
    if invitation is None:
        return
    secret = await _new_secret(work, invitation_id)
    if secret is None:
        return
    tenant = await TenantRepository(work.session).get(work.tenant.tenant_id)
    page = f"{work.runtime.settings.pages_url}/accept-invitation"
    link = f"{page}#token={token_of(work.tenant, secret)}"
    email = write_mail(
        INVITATION.name,
        to=invitation.email,
        settings=work.runtime.settings,
        locale=Locale.of(tenant.language, time_zone=tenant.time_zone),
        values={"tenant": tenant.name},
        links={"link": link},
    )
    await send_now(work, email)


async def _new_secret(work: UnitOfWork, invitation_id: UUID) -> str | None:
    """Commit the secret before the e-mail is sent: no transaction waits for the mail server.

    Returns None if the invitation has been withdrawn or accepted since it was read.
    """
    secret = new_secret()
    async with work.within(work.tenant) as own:
        invitations = InvitationRepository(own.session)
        is_open = await invitations.keep_mailed_secret(invitation_id, hash_secret(secret))
    return secret if is_open else None


EMAIL_JOBS = (mail_invitation,)
