"""The bytes of a mail. The MIME is assembled by hand: ``EmailMessage`` costs more than sending the mail does."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from urllib.parse import urlsplit

from calendars.letters import Letter
from models.office import Office
from models.text import one_line

# All parts are base64, in which neither "=_" nor a leading "--" can occur.
_BOUNDARY = "=_protocol-desk"


def around_id(office: Office) -> tuple[str, str]:
    """What stands before and after a reminder's id in its Message-ID.

    Each time it is sent the Message-ID is the same, so that a resend can be recognised.
    """
    return "<reminder-", f"@{urlsplit(office.public_url).hostname or 'protocol-desk'}>"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter as bytes, all but what differs from one recipient to the next."""

    head: bytes
    body: bytes

    def to(self, recipient: str, message_key: str, at: datetime) -> bytes:
        """The whole mail, ready to be sent: RFC 5322, lines ended by CRLF, ASCII only.

        ``recipient`` must be a plain address (:func:`models.audience.is_address`), ``at`` is aware.
        """
        own = f"To: {recipient}\r\nDate: {format_datetime(at)}\r\nMessage-ID: {message_key}\r\n"
        return own.encode("ascii") + self.head + self.body


def prepare(letter: Letter, sender: str) -> Prepared:
    """Encode a letter. ``sender`` is ``Name <address>`` or an address."""
    head = (
        f"From: {_from(sender)}\r\n"
        f"Subject: {_encoded(letter.subject)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    )
    parts = (_part("plain", letter.text), _part("html", letter.html))
    body = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
    return Prepared(head.encode("ascii"), body)


@cache
def _from(sender: str) -> str:
    return formataddr(parseaddr(sender))


def _encoded(text: str) -> str:
    """A subject as RFC 2047 wants it, folded; no letter is cut in two, no line end gets through."""
    return Header(one_line(text), "utf-8", header_name="Subject").encode(linesep="\r\n")


def _part(subtype: str, text: str) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + encodebytes(text.encode()).replace(b"\n", b"\r\n")
