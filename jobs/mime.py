"""The bytes of a mail. The MIME is assembled by hand: ``EmailMessage`` costs more than sending the mail does."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache
from urllib.parse import urlsplit

from calendars.mails.event_mail import MailContent
from calendars.mails.invitations import Invitation
from models.office import Office
from models.text import one_line

# All parts are base64, in which neither "=_" nor a leading "--" can occur.
_BOUNDARY = "=_protocol-desk"
_END = f"--{_BOUNDARY}--\r\n".encode()


def around_id(office: Office) -> tuple[str, str]:
    """What stands before and after a reminder's id in its Message-ID.

    Each time it is sent the Message-ID is the same, so that a resend can be recognised.
    """
    return "<reminder-", f"@{urlsplit(office.public_url).hostname or 'protocol-desk'}>"


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """A letter as bytes, all but what differs from one recipient to the next; ``entry`` goes along for calendars."""

    head: bytes
    body: bytes
    entry: Invitation | None = None

    def to(self, recipient: str, message_key: str, at: datetime) -> bytes:
        """The whole mail, ready to be sent: RFC 5322, lines ended by CRLF, ASCII only.

        ``recipient`` must be a plain address (:func:`models.queries.audience.is_address`), ``at`` is aware.
        """
        own = f"To: {recipient}\r\nDate: {_date(at.replace(microsecond=0))}\r\nMessage-ID: {message_key}\r\n".encode(
            "ascii"
        )
        entry = b"" if self.entry is None else _calendar_part(self.entry, recipient)
        return b"".join((own, self.head, self.body, entry, _END))


def prepare(
    letter: MailContent, sender: str, *, entry: Invitation | None = None, unsubscribe: str | None = None
) -> PreparedMessage:
    """Encode a letter. ``sender`` is ``Name <address>`` or an address.

    ``unsubscribe`` is the address at which its one reader leaves these mails with one click. Source: RFC 8058.
    """
    leave = "" if unsubscribe is None else (
        f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )  # fmt: skip
    head = (
        f"From: {_from(sender)}\r\n"
        f"Subject: {_encoded(letter.subject)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        f"{leave}"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    )
    body = _part("text/plain; charset=utf-8", letter.text.encode()) + _part(
        "text/html; charset=utf-8", letter.html.encode()
    )
    return PreparedMessage(head.encode("ascii"), body, entry)


@lru_cache(maxsize=2)
def _date(second: datetime) -> str:
    return format_datetime(second)


@cache
def _from(sender: str) -> str:
    return formataddr(parseaddr(sender))


def _encoded(text: str) -> str:
    """A subject as RFC 2047 wants it, folded; no letter is cut in two, no line end gets through."""
    return Header(one_line(text), "utf-8", header_name="Subject").encode(linesep="\r\n")


def _calendar_part(entry: Invitation, recipient: str) -> bytes:
    """Last of the alternatives: the one a calendar program prefers. Source: RFC 6047 section 2.4."""
    return _part(f"text/calendar; charset=utf-8; method={entry.method.value}", entry.to(recipient))


def _part(content_type: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + encodebytes(content).replace(b"\n", b"\r\n")
