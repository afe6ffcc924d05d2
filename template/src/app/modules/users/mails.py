"""The e-mails about a user's account. Their templates are in templates/mails/users."""

from app.core.mail import Mail

LINK = {"link": "https://app.example.com/confirm-email#token=sample"}
PROVIDER = {"provider": "acme"}

CONFIRM_EMAIL = Mail(name="users/confirm-email", values={"name": "Ada Lovelace"}, links=LINK)
RESET_PASSWORD = Mail(
    name="users/reset-password",
    links={"link": "https://app.example.com/reset-password#token=sample"},
)
PASSWORD_CHANGED = Mail(name="users/password-changed")
PASSWORD_RESET = Mail(name="users/password-reset")
EMAIL_CHANGED = Mail(name="users/email-changed")
FACTOR_ADDED = Mail(name="users/factor-added")
FACTOR_REMOVED = Mail(name="users/factor-removed")
FACTOR_LOCKED = Mail(name="users/factor-locked")
LOG_IN_ENDED = Mail(name="users/log-in-ended")
NEW_DEVICE = Mail(name="users/new-device", values={"when": "2026-11-27T08:30:00+00:00"})
ACCOUNT_LINKED = Mail(name="users/account-linked", values=PROVIDER)
ACCOUNT_UNLINKED = Mail(name="users/account-unlinked", values=PROVIDER)
ACCOUNT_DELETED = Mail(name="users/account-deleted")

MAILS = (
    CONFIRM_EMAIL,
    RESET_PASSWORD,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    EMAIL_CHANGED,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FACTOR_LOCKED,
    LOG_IN_ENDED,
    NEW_DEVICE,
    ACCOUNT_LINKED,
    ACCOUNT_UNLINKED,
    ACCOUNT_DELETED,
)
