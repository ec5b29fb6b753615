"""Deliver mail: to files in the outbox, or to a mail server by SMTP. Errors say whether to try again."""

import contextlib
import os
import re
import smtplib
import socket
import ssl
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from jobs.config import WorkerConfig
from models.i18n import N_, Message, message
from models.queries.audience import is_address
from models.text import one_line

TIMEOUT_SECONDS = 30.0
_CLOSING = 421
# 5yz replies that concern authentication or the connection, not this mail: they may go away with time or configuration.
_NOT_ABOUT_THE_MAIL = {530, 534, 535, 538}


class SendFailed(Exception):
    """A mail that was not delivered; ``reason`` is shown to users."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class PermanentFailure(SendFailed):
    """The server will never accept this mail for this recipient."""


class TemporaryFailure(SendFailed):
    """Not accepted now; ``server`` means that no mail at all can be delivered, not only this one."""

    def __init__(self, reason: Message, *, server: bool = False) -> None:
        super().__init__(reason)
        self.server = server


class Transport(Protocol):
    """Delivers one mail at a time.

    ``at_once`` is how many mails may be delivered before their outcomes are recorded: 1 if a mail that is sent again
    arrives twice.
    """

    at_once: int

    def send(self, name: str, recipient: str, content: bytes) -> None:
        """Deliver a complete mail (RFC 5322, CRLF); returning means that the other side has accepted it.

        ``name`` is unique to the mail and the same on every attempt. Raises PermanentFailure or TemporaryFailure.
        """

    def close_idle(self) -> None:
        """Nothing to send for now: close connections."""


def transport(config: WorkerConfig) -> Transport:
    """The transport for ``mail_url``. Raises ValueError for an invalid one."""
    parts = urlsplit(config.mail_url)
    if parts.scheme == "file":
        return FileTransport(Path(unquote(parts.path)) if parts.path else config.var / "outbox")
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        is_tls = parts.scheme == "smtps"
        return SmtpTransport(
            parts.hostname,
            parts.port or (465 if is_tls else 25),
            sender=parseaddr(config.mail_from)[1],
            login=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            is_tls=is_tls,
        )
    raise ValueError("the mail address must be file: or smtp://user:password@host:port or smtps://…")


class FileTransport:
    """One ``.eml`` file per mail in a folder; a repeated mail replaces its own file."""

    at_once = 250

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, name: str, recipient: str, content: bytes) -> None:
        """Write to a temporary name first: a reader of the folder never sees an incomplete mail."""
        path = self.folder / f"{name}.eml"
        half = self.folder / f".{name}.{os.getpid()}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
            self._sync_folder()
        except OSError as problem:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise TemporaryFailure(
                message(N_("The outbox can't be written: {problem}."), problem=_why(problem)), server=True
            ) from problem

    def close_idle(self) -> None:
        """Nothing is open."""

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)  # the new name must survive a power failure too
        finally:
            os.close(descriptor)


class SmtpTransport:
    """A mail server; one connection is used for many mails until :meth:`close_idle`.

    ``smtps`` encrypts from the start and verifies the certificate. ``smtp`` uses STARTTLS if offered; with a login the
    certificate is verified, and a password is never sent unencrypted except to this machine.
    """

    at_once = 1

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        login: tuple[str, str] | None = None,
        is_tls: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self.host, self.port, self.sender, self.login, self.is_tls = host, port, sender, login, is_tls
        self.timeout = timeout
        # smtplib's own mail() and rcpt() parse the address every time, which takes a tenth of the time of a mail.
        self._mail_from = ("MAIL", f"FROM:<{sender}>")
        self._connection: smtplib.SMTP | None = None

    def send(self, name: str, recipient: str, content: bytes) -> None:
        """One SMTP transaction.

        Source: RFC 5321 section 4.2.1 (4yz may succeed later, 5yz will not). A lost reply to the data counts as not
        sent: the mail may then arrive twice, with one Message-ID, but it is never lost.
        """
        if not is_address(recipient):
            raise PermanentFailure(message(N_("“{address}” is no mail address."), address=one_line(recipient)[:80]))
        try:
            connection = self._begin()
            _accepted(connection.docmd("RCPT", f"TO:<{recipient}>"))
            _accepted(connection.data(content))
        except PermanentFailure:
            self._reset()
            raise
        except TemporaryFailure as problem:
            if problem.server:
                self._drop()
            else:
                self._reset()
            raise
        except smtplib.SMTPDataError as problem:
            self._reset()
            _accepted((problem.smtp_code, _as_bytes(problem.smtp_error)))
            raise AssertionError from problem  # smtplib only raises this for an error reply
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            self._drop()
            raise TemporaryFailure(
                message(N_("The mail server can't be reached: {problem}."), problem=_why(problem)), server=True
            ) from problem

    def close_idle(self) -> None:
        """Send QUIT; ignore a server that no longer answers."""
        if self._connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
            self._drop()

    def _begin(self) -> smtplib.SMTP:
        """MAIL FROM, on the open connection or a new one: a server may have closed an idle one; that is no failure."""
        if self._connection is not None:
            try:
                code, _text = answer = self._connection.docmd(*self._mail_from)
            except (OSError, smtplib.SMTPException):
                code, answer = _CLOSING, (_CLOSING, b"")
            if code != _CLOSING:
                _accepted(answer)
                return self._connection
            self._drop()
        self._connection = self._connect()
        _accepted(self._connection.docmd(*self._mail_from))
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        # The EHLO name is given explicitly: looking up the full name can hang for half a minute with a broken DNS.
        here = socket.gethostname() or "localhost"
        if self.is_tls:
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=here, timeout=self.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, local_hostname=here, timeout=self.timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            is_private = self.is_tls or self._start_tls(connection)
            if self.login:
                if not is_private and not is_this_machine(self.host):
                    raise TemporaryFailure(
                        message(N_("The mail server offers no encryption, so the password is kept back.")), server=True
                    )
                connection.login(*self.login)
        except BaseException:
            connection.close()
            raise
        return connection

    def _start_tls(self, connection: smtplib.SMTP) -> bool:
        if not connection.has_extn("starttls"):
            return False
        context = ssl.create_default_context()
        if not self.login:
            # There is no password to protect, and the mail would go unencrypted if the server offered no TLS at all: a
            # relay's self-signed certificate is better than that.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        return True

    def _reset(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _accepted(answer: tuple[int, bytes]) -> None:
    """Return for a 2yz reply; raise the matching error for any other."""
    code, reply = answer
    if 200 <= code < 300:
        return
    text = one_line(f"{code} {reply.decode('utf-8', 'replace')}")[:300]
    if code == _CLOSING or code in _NOT_ABOUT_THE_MAIL or code < 200:
        raise TemporaryFailure(message(N_("The mail server takes no mail now: {answer}"), answer=text), server=True)
    if code < 500:
        raise TemporaryFailure(message(N_("The mail server asks to try again later: {answer}"), answer=text))
    raise PermanentFailure(message(N_("The mail server refused this mail: {answer}"), answer=text))


def _why(problem: Exception) -> str:
    match problem:
        case TimeoutError():
            return "timeout"
        case smtplib.SMTPResponseException():
            return one_line(f"{problem.smtp_code} {_as_bytes(problem.smtp_error).decode('utf-8', 'replace')}")[:300]
        case OSError() if problem.strerror:
            return problem.strerror
        case _:
            return one_line(str(problem))[:300] or type(problem).__name__


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else text


def is_this_machine(host: str) -> bool:
    """Whether a server is on this machine, where nobody listens on the way."""
    if re.fullmatch(r"localhost\.?", host, re.IGNORECASE):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
