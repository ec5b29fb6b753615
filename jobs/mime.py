"""Build the bytes of a mail. MIME is assembled by hand: ``EmailMessage`` costs more than sending the mail."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache
from urllib.parse import quote, urlsplit

from calendars.mails.event_mail import MailContent
from calendars.mails.invitations import Invitation
from jobs.ports import Attachment
from models.office import Office
from models.text import one_line

# All parts are base64, in which neither "=_" nor a leading "--" can occur.
_BOUNDARY = "=_protocol-desk"
_END = f"--{_BOUNDARY}--\r\n".encode()
_WITH_FILE = "=_protocol-desk-with-file"


def message_id_affixes(office: Office) -> tuple[str, str]:
    """The text before and after a reminder's id in its Message-ID.

    The Message-ID is the same on every attempt, so that a duplicate can be recognised.
    """
    return "<reminder-", f"@{urlsplit(office.public_url).hostname or 'protocol-desk'}>"


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """A mail as bytes except for the parts that differ by recipient; ``entry`` is the calendar entry sent with it,
    ``attachment`` the end of a mail with a file."""

    head: bytes
    body: bytes
    entry: Invitation | None = None
    attachment: bytes = b""

    def to(self, recipient: str, message_key: str, at: datetime) -> bytes:
        """The complete mail, ready to send: RFC 5322, CRLF line ends, ASCII only.

        ``recipient`` must be a plain address (:func:`models.queries.audience.is_address`), ``at`` is aware.
        """
        own = f"To: {recipient}\r\nDate: {_date(at.replace(microsecond=0))}\r\nMessage-ID: {message_key}\r\n".encode(
            "ascii"
        )
        entry = b"" if self.entry is None else _calendar_part(self.entry, recipient)
        return b"".join((own, self.head, self.body, entry, _END, self.attachment))


def prepare(
    content: MailContent,
    sender: str,
    *,
    entry: Invitation | None = None,
    unsubscribe: str | None = None,
    reply_to: str | None = None,
    attachment: Attachment | None = None,
) -> PreparedMessage:
    """Encode a mail. ``sender`` is ``Name <address>`` or an address, ``reply_to`` the plain address for answers,
    ``attachment`` a file that goes with it.

    ``unsubscribe`` is the address at which its one recipient unsubscribes with one click. Source: RFC 8058.
    """
    unsubscribe_headers = "" if unsubscribe is None else (
        f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )  # fmt: skip
    reply_header = "" if reply_to is None else f"Reply-To: {reply_to}\r\n"
    head = (
        f"From: {_from(sender)}\r\n"
        f"{reply_header}"
        f"Subject: {_encoded(content.subject)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        f"{unsubscribe_headers}"
        "MIME-Version: 1.0\r\n"
    )
    alternatives = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    if attachment is not None:
        head += f'Content-Type: multipart/mixed; boundary="{_WITH_FILE}"\r\n\r\n--{_WITH_FILE}\r\n'
    head += alternatives
    body = _part("text/plain; charset=utf-8", content.text.encode()) + _part(
        "text/html; charset=utf-8", content.html.encode()
    )
    return PreparedMessage(head.encode("ascii"), body, entry, b"" if attachment is None else _file_part(attachment))


@lru_cache(maxsize=2)
def _date(second: datetime) -> str:
    return format_datetime(second)


@cache
def _from(sender: str) -> str:
    return formataddr(parseaddr(sender))


def _encoded(text: str) -> str:
    """A subject encoded by RFC 2047, folded; no character is split, line ends are removed."""
    return Header(one_line(text), "utf-8", header_name="Subject").encode(linesep="\r\n")


def _calendar_part(entry: Invitation, recipient: str) -> bytes:
    """The last of the alternatives, which calendar programs prefer. Source: RFC 6047 section 2.4."""
    return _part(f"text/calendar; charset=utf-8; method={entry.method.value}", entry.to(recipient))


def _file_part(file: Attachment) -> bytes:
    """The file that goes with a mail, and the end of the mail. Source: RFC 2183, RFC 2231 (names in any script)."""
    is_plain = all(one.isascii() and (one.isalnum() or one in "._-") for one in file.name)
    named = f'filename="{file.name}"' if is_plain else f"filename*=UTF-8''{quote(file.name, safe='')}"
    head = (
        f"--{_WITH_FILE}\r\nContent-Type: {file.media_type}\r\nContent-Disposition: attachment; {named}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    content = encodebytes(file.content).replace(b"\n", b"\r\n")
    return head.encode("ascii") + content + f"--{_WITH_FILE}--\r\n".encode()


def _part(content_type: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + encodebytes(content).replace(b"\n", b"\r\n")
