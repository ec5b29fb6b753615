"""A real IMAP server for a test: Dovecot in a temporary folder, as a user without rights, gone with the test."""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cluster import free_port, unprivileged
from tests.conftest import NO_DOVECOT

USER, PASSWORD = "answers@office.example", "mật khẩu:/@ %ß"
START_WITHIN = 30.0

_CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{base}/mail
mail_fsync = never
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = passwd-file
  args = {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def program() -> str | None:
    """Where Dovecot is; None if it is not on this machine."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


class Dovecot:
    """A server with one mailbox; ``stop`` and ``start`` make it go away and come back, on the same port."""

    def __init__(self, base: Path) -> None:
        self.base, self.port = base, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run_as = unprivileged()
        uid, gid = self._run_as.get("user", os.getuid()), self._run_as.get("group", os.getgid())
        config = _CONFIG.format(
            base=base, user=pwd.getpwuid(uid).pw_name, group=grp.getgrgid(gid).gr_name, uid=uid, gid=gid, port=self.port
        )
        (base / "dovecot.conf").write_text(config)
        (base / "users").write_text(f"{USER}:{{PLAIN.b64}}{b64encode(PASSWORD.encode()).decode()}::::::\n")
        for name in ("run", "state", "mail", "home"):
            (base / name).mkdir(mode=0o700)
        for path in (base, *base.iterdir()):
            os.chown(path, uid, gid)

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until somebody can sign in."""
        self._process = subprocess.Popen(
            [program() or "dovecot", "-F", "-c", self.base / "dovecot.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.base,
            start_new_session=True, env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}, **self._run_as,
        )  # fmt: skip
        until = time.monotonic() + START_WITHIN
        while True:
            with contextlib.suppress(OSError, imaplib.IMAP4.error), self.client():
                return
            if self._process.poll() is not None or time.monotonic() > until:
                log = (self.base / "log").read_text() if (self.base / "log").exists() else ""
                said = (
                    self._process.stderr.read(2000)
                    if self._process.poll() is not None and self._process.stderr
                    else b""
                )
                raise AssertionError(f"Dovecot did not start: {said.decode()}\n{log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it with all its processes."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Somebody at the mailbox who is not the service."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            connection.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield connection
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                connection.logout()

    def deliver(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder as a mail server does: unread."""
        with self.client() as client:
            for mail in mails:
                stamp = imaplib.Time2Internaldate((at or datetime.now(UTC)).timestamp())
                kind, said = client.append(folder, "", stamp, mail)
                assert kind == "OK", said

    def seen(self, folder: str = "INBOX") -> int:
        """How many mails of a folder are marked as seen."""
        return len(self.search("SEEN", folder))

    def search(self, what: str, folder: str = "INBOX") -> list[int]:
        """The UIDs of the mails that are so."""
        with self.client() as client:
            client.select(folder, readonly=True)
            _kind, found = client.uid("SEARCH", what)
            return [int(one) for one in found[0].split()]

    def number_anew(self) -> None:
        """Forget all UIDs, as after a mailbox was restored: UIDVALIDITY changes."""
        self.stop()
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
            "dovecot-uidvalidity",
        ):
            for path in (self.base / "mail").glob(f"{name}*"):
                path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is the second in which it was made
        self.start()


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A running server; skips the test, loudly, where there is no Dovecot."""
    if program() is None:
        pytest.skip(NO_DOVECOT)
    base = Path(tempfile.mkdtemp(prefix="desk-imap-", dir="/tmp"))
    base.chmod(0o755)
    server = Dovecot(base)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
