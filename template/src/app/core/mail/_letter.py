"""A letter, written as plain text and sent as text and HTML."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape

LINK = re.compile(r"https?://[^\s<>\"]+")
PAGE = """\
<!doctype html>
<html>
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 2em auto">
{paragraphs}
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An empty line in `text` ends a paragraph; a URL becomes a link."""

    to: str
    subject: str
    text: str

    @property
    def html(self) -> str:
        paragraphs = [_paragraph(part) for part in self.text.strip().split("\n\n")]
        return PAGE.format(title=escape(self.subject), paragraphs="\n".join(paragraphs))

    def message(self, *, sender: str) -> EmailMessage:
        """As RFC 5322 has it. A line break in the subject, which could add headers, is a space."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.to
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


def _paragraph(text: str) -> str:
    linked = LINK.sub(lambda url: f'<a href="{url[0]}">{url[0]}</a>', escape(text))
    return "<p>" + linked.replace("\n", "<br>\n") + "</p>"
