"""E-mails. They are sent by a job, after the commit of their cause."""

from ._email import Email, quoted
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

__all__ = [
    "MAIL",
    "MAIL_SLOTS",
    "Email",
    "MailNotConfigured",
    "Mailer",
    "MemoryMailer",
    "PreviewMailer",
    "SmtpMailer",
    "choose_mailer",
    "count_email",
    "count_recipient",
    "quoted",
    "send_mail",
    "send_now",
]

Letter = Email  # until 3.0
