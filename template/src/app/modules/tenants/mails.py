"""The e-mail that invites to a tenant. Its template is in templates/mails/tenants."""

from app.core.mail import Mail

INVITATION = Mail(
    name="tenants/invitation",
    values={"tenant": "Acme"},
    links={"link": "https://app.example.com/accept-invitation#token=sample"},
)
MAILS = (INVITATION,)
