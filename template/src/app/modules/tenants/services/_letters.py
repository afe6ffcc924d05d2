from uuid import UUID

from app.core.auth import hash_secret, new_secret
from app.core.jobs import OVER_HOURS, job
from app.core.mail import MAIL, Letter
from app.core.tenancy import TenantContext
from app.core.unit_of_work import UnitOfWork

from ..repositories import InvitationRepository, TenantRepository

INVITATION = """Hello,

you are invited to work for {tenant}. Accept here:

{link}

The link is for this address, and for one use. If you do not know {tenant}, ignore this letter.
"""


def token_of(tenant: TenantContext, secret: str) -> str:
    """An invitation's token says where to look, and proves only there."""
    return f"{tenant.tenant_id}.{secret}"


@job(name="tenants.mail_invitation", queue=MAIL, retry=OVER_HOURS)
async def mail_invitation(work: UnitOfWork, invitation_id: UUID) -> None:
    """Nothing, when the invitation was withdrawn or accepted meanwhile."""
    invitations = InvitationRepository(work.session)
    invitation = await invitations.find(invitation_id)
    if invitation is None:
        return
    secret = new_secret()
    await invitations.change(invitation, mailed_secret_hash=hash_secret(secret))
    tenant = await TenantRepository(work.session).get(work.tenant.tenant_id)
    page = f"{work.runtime.settings.pages_url}/accept-invitation"
    text = INVITATION.format(
        tenant=tenant.name, link=f"{page}#token={token_of(work.tenant, secret)}"
    )
    letter = Letter(to=invitation.email, subject=f"Work for {tenant.name}", text=text)
    await work.commit()
    await work.runtime.mailer.send(letter)


LETTERS = (mail_invitation,)
