"""The leading worker reads the inbox of answers: every message once, within bounds, and never answers anything.

What became of a message and how far the folder is read are one transaction. A worker that dies before it reads the
message again; one that dies after it only marks it as seen again. A folder that is numbered anew (UIDVALIDITY), or a
message that was moved away and back, is recognised by the message's key.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256

from sqlalchemy import update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, select

from calendars.replies.envelope import read_envelope
from calendars.replies.mail_parts import MOST_BYTES, parse_headers
from calendars.replies.reader import read_answer
from calendars.replies.values import Answer, NotUnderstood, ReceivedMail, Unread
from jobs import mime
from jobs.config import WorkerConfig
from jobs.leadership import NotLeading
from jobs.mail_server import DEAD_SERVER, MailServer
from jobs.mailbox import Arrived, Folder, InboxAddress, MailboxAway, open_folder
from jobs.ports import AnswersByMail
from models.both_sides.inbox import InboxFolder, InboxMessage
from models.clock import monotonic
from models.database import Database

MOST_AT_ONCE = 200
"""The number of messages that are read in one round."""

ROUND_SECONDS = 120.0
"""After so long a round ends, however slow the server is; the next goes on."""

NOTED_EVERY = timedelta(minutes=5)
"""How often the database is told that the folder was read, if nothing was in it."""

log = logging.getLogger("desk.worker")


class Inbox:
    """Reads the folder; ``transaction`` opens a leader's transactions, ``stopping`` ends a round early."""

    def __init__(
        self,
        database: Database,
        config: WorkerConfig,
        answers: AnswersByMail,
        clock: Callable[[], datetime],
        transaction: Callable[[], AbstractContextManager[Session]],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.database, self.config, self.answers, self.clock = database, config, answers, clock
        self.transaction, self.stopping = transaction, stopping
        self.address = InboxAddress.of(config.inbox_url)
        self.server = MailServer(config.retry_seconds)
        _before, after = mime.message_id_affixes(config.office)
        addresses = {parseaddr(config.mail_from)[1].lower()}
        if config.office.answers is not None:
            addresses.add(config.office.answers.inbox)
        self._own = frozenset({*addresses, after.rstrip(">")})

    def tick(self) -> int:
        """One round: read what is new and mark what was applied; return how many messages were handled.

        A server that is away is asked again after growing pauses. Raises NotLeading and SQLAlchemyError.
        """
        if self.server.failures and not self._admits():
            return 0
        try:
            with open_folder(self.address) as folder:
                handled = self._read(folder)
                self._mark(folder)
        except MailboxAway as problem:
            self._failed(str(problem))
            return 0
        self._succeeded(handled)
        return handled

    def _admits(self) -> bool:
        """Whether the pause after a failure is over; it counts from the first one on."""
        self.server.failures = max(self.server.failures, DEAD_SERVER)
        return self.server.admits(self.clock(), 1) > 0

    def _read(self, folder: Folder) -> int:
        with self.database.transaction(write=False) as session:
            state = session.get(InboxFolder, self.address.name)
            is_same = state is not None and state.uid_validity == folder.uid_validity
            last = state.last_uid if state is not None and is_same else 0
        began, handled = monotonic(), 0
        for one in folder.after(last, MOST_AT_ONCE):
            if self.stopping() or monotonic() - began > ROUND_SECONDS:
                break
            mail, read = self._read_one(folder, one)
            try:
                handled += self._take(folder, one.uid, mail, read)
            except (NotLeading, OperationalError, InterfaceError):
                raise
            except Exception:
                # One message that something is wrong with must not stop all others.
                log.exception("worker.message_failed", extra={"uid": one.uid})
                broken = None if read is None else NotUnderstood(Unread.MALFORMED, read.envelope)
                handled += self._take(folder, one.uid, mail, broken)
        return handled

    def _take(self, folder: Folder, uid: int, mail: ReceivedMail | None, read: Answer | NotUnderstood | None) -> bool:
        """What becomes of a message, and how far the folder is read, in one transaction."""
        with self.transaction() as session:
            state = self._state(session)
            state.uid_validity, state.last_uid = folder.uid_validity, uid
            return mail is not None and read is not None and self.answers.take(session, mail, read, self.clock())

    def _read_one(self, folder: Folder, one: Arrived) -> tuple[ReceivedMail | None, Answer | NotUnderstood | None]:
        """A message and what it says; nothing if it is not there any more."""
        is_large = one.size > MOST_BYTES
        raw = folder.headers(one.uid) if is_large else folder.content(one.uid)
        if raw is None:
            return None, None
        now = self.clock()
        read: Answer | NotUnderstood
        if is_large:
            read = NotUnderstood(Unread.TOO_LARGE, read_envelope(parse_headers(raw)))
        else:
            read = read_answer(raw, own=self._own, timezone=self.config.office.timezone, year=now.year)
        key = sha256(f"{read.message_id}\0{one.size if is_large else ''}\0".encode() + sha256(raw).digest()).hexdigest()
        received_at = min(one.received_at, now)
        return ReceivedMail(self.address.name, folder.uid_validity, one.uid, received_at, key), read

    def _state(self, session: Session) -> InboxFolder:
        state = session.get(InboxFolder, self.address.name)
        if state is None:
            state = InboxFolder(name=self.address.name)
            session.add(state)
        return state

    def _mark(self, folder: Folder) -> None:
        """Mark in the mailbox what was applied; it counts as marked once the server has said so."""
        waiting = (
            select(InboxMessage.id, InboxMessage.uid)
            .where(
                col(InboxMessage.to_mark),
                InboxMessage.folder == self.address.name,
                InboxMessage.uid_validity == folder.uid_validity,
            )
            .limit(MOST_AT_ONCE)
        )
        with self.database.transaction(write=False) as session:
            rows = session.exec(waiting).all()
        if not rows:
            return
        folder.mark_seen([uid for _id, uid in rows])
        marked = update(InboxMessage).where(col(InboxMessage.id).in_([one for one, _uid in rows])).values(to_mark=False)
        with self.transaction() as session:
            session.execute(marked, execution_options={"synchronize_session": False})

    def _failed(self, reason: str) -> None:
        now = self.clock()
        if not self.server.failures:
            log.warning("worker.server_away", extra={"server": "inbox", "reason": reason})
        self.server.failed(now, reason)
        with self.transaction() as session:
            state = self._state(session)
            state.failing_since, state.failure = min(state.failing_since or now, now), reason or "?"

    def _succeeded(self, handled: int) -> None:
        if self.server.answered():
            log.info("worker.server_back", extra={"server": "inbox"})
        now = self.clock()
        with self.database.transaction(write=False) as session:
            state = session.get(InboxFolder, self.address.name)
            is_noted = (
                state is not None
                and state.failing_since is None
                and state.read_at is not None
                and timedelta() <= now - state.read_at < NOTED_EVERY
            )
        if is_noted and not handled:
            return
        with self.transaction() as session:
            state = self._state(session)
            state.read_at, state.failing_since, state.failure = now, None, None
