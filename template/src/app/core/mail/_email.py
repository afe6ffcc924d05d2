"""An e-mail, written as plain text and sent as text and HTML."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape
from uuid import UUID, uuid5

from app.kit.texts import plain

PAGE = """\
<!doctype html>
<html>
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 2em auto">
{paragraphs}
</body>
</html>
"""
LINKED = re.compile(r"(?<=\w)([.@:])(?=\w)")
"""Where mail programs see a domain, an address or a scheme: evil.example, a@b, tel:1."""
NO_LINK = "\\1\u2060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One e-mail. A blank line in `text` ends a paragraph; only URLs in `links` become links.

    Text written by other users, such as a name, must pass through `quoted`.
    """

    to: str
    subject: str
    text: str
    links: tuple[str, ...] = ()
    run: UUID | None = None
    """The job's run that sends it: a second attempt has the same Message-ID."""

    @property
    def html(self) -> str:
        paragraphs = [self._paragraph(part) for part in self.text.strip().split("\n\n")]
        return PAGE.format(title=escape(self.subject), paragraphs="\n".join(paragraphs))

    def message(self, *, sender: str) -> EmailMessage:
        """Build the message (RFC 5322).

        Line breaks in the subject become spaces: they could add headers.
        """
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.to
        message["Subject"] = plain(self.subject)
        message["Date"] = formatdate()
        message["Message-ID"] = self._message_id(sender.rpartition("@")[2].rstrip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message

    def _message_id(self, domain: str) -> str:
        """Return the same id for the same e-mail of one run: mail programs show it once.

        A worker that dies between sending and its commit sends again.
        """
        if self.run is None:
            return make_msgid(domain=domain)
        return f"<{uuid5(self.run, repr((self.to, self.subject, self.text)))}@{domain}>"

    def _paragraph(self, text: str) -> str:
        # Longest first: the regex alternation must not match a URL that is a prefix of another one.
        longest_first = sorted(map(escape, self.links), key=len, reverse=True)
        linked = escape(text)
        if longest_first:
            known = re.compile("|".join(map(re.escape, longest_first)))
            linked = known.sub(lambda url: f'<a href="{url[0]}">{url[0]}</a>', linked)
        return "<p>" + linked.replace("\n", "<br>\n") + "</p>"


def quoted(text: str) -> str:
    """Return another user's text for an e-mail: in quotation marks, on one line, without links.

    Mail programs make links of domains and addresses too; an invisible word joiner prevents that.
    """
    words = plain(text).replace("://", " ").translate({ord("“"): '"', ord("”"): '"'})
    return f"“{LINKED.sub(NO_LINK, words)}”"
