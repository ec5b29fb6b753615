"""A folder of an IMAP server, read so that nothing in it changes but the \\Seen of what was handled."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from jobs.mail import is_this_machine
from models.text import one_line

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TIMEOUT_SECONDS = 30.0
HEADER_BYTES = 65_536

_FOUND = re.compile(rb"\bUID (\d+)\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)\b")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]+)"')


class MailboxAway(Exception):
    """The folder can't be read; the text says why, without the password."""


@dataclass(frozen=True, slots=True)
class InboxAddress:
    """Where a folder is: ``imap(s)://user:password@host:port/FOLDER``, by default INBOX."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def of(cls, url: str) -> "InboxAddress":
        """From a checked setting."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "imaps"
        return cls(
            parts.hostname or "",
            parts.port or (993 if is_tls else 143),
            is_tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path).strip("/") or "INBOX",
        )

    @property
    def name(self) -> str:
        """What the folder is called in the database and for people."""
        return f"{self.user}@{self.host}/{self.folder}"[:400]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the folder before it is read: its size in bytes, and when it arrived (aware, UTC)."""

    uid: int
    size: int
    received_at: datetime


class Folder:
    """An open folder."""

    def __init__(self, box: "BaseMailBox", uid_validity: int) -> None:
        self._box = box
        self.uid_validity = uid_validity

    def after(self, uid: int, limit: int) -> list[Arrived]:
        """The messages with a higher UID, in order, at most so many."""
        # A range that ends in * has the last message in any case. Source: RFC 9051 section 9, seq-range.
        uids = sorted(found for one in self._box.uids(f"UID {uid + 1}:*") if (found := int(one)) > uid)[:limit]
        if not uids:
            return []
        lines = self._fetch(",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        return sorted((one for line in lines if (one := _arrived(line)) is not None), key=lambda one: one.uid)

    def content(self, uid: int) -> bytes | None:
        """The whole message, which stays unread; None: it is not there any more."""
        return self._literal(uid, "(BODY.PEEK[])")

    def headers(self, uid: int) -> bytes | None:
        """The beginning of its headers."""
        return self._literal(uid, f"(BODY.PEEK[HEADER]<0.{HEADER_BYTES}>)")

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark these messages as seen; who is not there any more is passed over."""
        if uids:
            _checked(self._box.client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)"))

    def _literal(self, uid: int, what: str) -> bytes | None:
        found = _checked(self._box.client.uid("FETCH", str(uid), what))
        return next((one[1] for one in found if isinstance(one, tuple)), None)

    def _fetch(self, uids: str, what: str) -> Iterator[bytes]:
        for one in _checked(self._box.client.uid("FETCH", uids, what)):
            line = b" ".join(one) if isinstance(one, tuple) else one
            if isinstance(line, bytes):
                yield line


@contextmanager
def open_folder(address: InboxAddress) -> Iterator[Folder]:
    """Open a folder; every step has half a minute.

    Raises:
        MailboxAway: the server can't be reached, or refuses.
    """
    from imap_tools import ImapToolsError

    try:
        box = _connected(address)
        try:
            box.login_utf8(address.user, address.password, None) if _has_plain(box) else box.login(
                address.user, address.password, None
            )
            box.folder.set(address.folder)
            _kind, values = box.client.response("UIDVALIDITY")
            yield Folder(box, int(values[0]) if values and values[0] else 0)
        finally:
            with suppress(Exception):
                box.logout()
            with suppress(OSError):
                box.client.shutdown()
    except (OSError, imaplib.IMAP4.error, ImapToolsError, EOFError) as problem:
        raise MailboxAway(_why(problem, address)) from None


def _connected(address: InboxAddress) -> "BaseMailBox":
    from imap_tools import MailBox, MailBoxUnencrypted

    context = ssl.create_default_context()
    if address.is_tls:
        return MailBox(address.host, address.port, timeout=TIMEOUT_SECONDS, ssl_context=context)
    box = MailBoxUnencrypted(address.host, address.port, timeout=TIMEOUT_SECONDS)
    if "STARTTLS" in box.client.capabilities:
        box.client.starttls(context)
    elif not is_this_machine(address.host):
        with suppress(OSError):
            box.client.shutdown()
        raise OSError(None, "the server offers no encryption, so the password is kept back")
    return box


def _has_plain(box: "BaseMailBox") -> bool:
    """Whether a user or password that is not ASCII can be sent as it is."""
    return "AUTH=PLAIN" in box.client.capabilities


def _checked(answer: tuple[str, Any]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"{kind} {data!r}"[:300])
    return list(data)


def _arrived(line: bytes) -> Arrived | None:
    uid, size, at = (pattern.search(line) for pattern in (_FOUND, _SIZE, _ARRIVED))
    if uid is None or size is None:
        return None
    received_at = datetime(1970, 1, 1, tzinfo=UTC)
    if at is not None:
        with suppress(ValueError):
            text = at[1].decode("ascii", "replace").strip()
            received_at = datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    return Arrived(int(uid[1]), int(size[1]), received_at)


def _why(problem: Exception, address: InboxAddress) -> str:
    match problem:
        case TimeoutError():
            text = "timeout"
        case OSError() if problem.strerror:
            text = problem.strerror
        case _:
            text = str(problem) or type(problem).__name__
    # Some servers repeat what they were sent.
    return one_line(text.replace(address.password, "…") if address.password else text)[:300]
