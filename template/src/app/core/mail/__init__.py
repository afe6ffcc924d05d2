"""E-mails. They are sent by a job, after the commit of their cause."""

from app.kit.texts import quoted

from ._email import Email
from ._jobs import MAIL, MAIL_SLOTS, send_mail, send_now
from ._limits import count_email, count_recipient
from ._mailers import (
    Mailer,
    MailNotConfigured,
    MemoryMailer,
    PreviewMailer,
    SmtpMailer,
    choose_mailer,
)
from ._written import Mail, preview_mails, write_mail

__all__ = [
    "MAIL",
    "MAIL_SLOTS",
    "Email",
    "Mail",
    "MailNotConfigured",
    "Mailer",
    "MemoryMailer",
    "PreviewMailer",
    "SmtpMailer",
    "choose_mailer",
    "count_email",
    "count_recipient",
    "preview_mails",
    "quoted",
    "send_mail",
    "send_now",
    "write_mail",
]

Letter = Email  # until 3.0
