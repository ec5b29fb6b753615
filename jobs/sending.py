"""Send claimed reminders: revalidate them, deliver them, and only then record the outcomes.

At most one mail accepted by the server is not recorded yet: a crash at that moment sends it a second time, with the
same Message-ID; a crash at any other moment sends nothing twice.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection
from sqlmodel import Session

from calendars.mails import digests
from calendars.mails.document_mail import MOST_BYTES
from calendars.mails.event_mail import MailContent, MailTopic, compose, compose_tasks
from calendars.mails.invitations import invitation
from jobs import enqueue, messenger, mime, queue
from jobs.config import WorkerConfig
from jobs.failure_notices import notify_failures
from jobs.mail import PermanentFailure, SendFailed, TemporaryFailure, Transport
from jobs.mail_server import MailServer
from jobs.mime import PreparedMessage
from jobs.ports import Attachment, OfficeMails, Papers, PaperToSend
from jobs.queue import ClaimedReminder, SendOutcome, SendResult
from jobs.revalidation import DeliverableReminder, ReminderFacts, revalidate, row_versions
from jobs.senders import sender_of
from models.clock import monotonic, today
from models.database import Database
from models.encryption import unseal
from models.errors import Busy, DomainError, FilesAway
from models.i18n import N_, Message, message
from models.queries.audience import MESSENGER_SECRET
from models.vocabulary import ReminderChannel, ReminderPurpose

STALE_SECONDS = 5.0
"""How long the recipients of a checked batch remain valid; events and rules are checked before each mail."""

ROUND_SECONDS = 2.0
"""The target time for sending one claimed batch: reminders that fall due meanwhile wait behind it."""

_BROKEN = N_("This mail can't be written: an error in the service.")

_TOO_LARGE = N_("The paper is larger than a mail may be ({megabytes} MB).")

log = logging.getLogger("desk.worker")

Tally = Counter[str]
"""Number of reminders of a tick by result: ``sent``, ``failed``, ``retry``, ``skipped``, ``put_back``, ``lost``."""

Batch = Sequence[tuple[ClaimedReminder, DeliverableReminder]]


class Sender:
    """Sends what its worker has claimed, one mail after another over one connection.

    ``owner`` identifies the claims, ``worker`` is the worker's display name; ``on_progress`` is called before each
    mail and each check. ``is_steady``: whether the clock can be trusted with giving a mail up.
    """

    def __init__(
        self,
        database: Database,
        config: WorkerConfig,
        clock: Callable[[], datetime],
        mail: Transport,
        *,
        owner: str,
        worker: str,
        reports: OfficeMails | None = None,
        papers: Papers | None = None,
        on_progress: Callable[[], None] = lambda: None,
        is_steady: Callable[[], bool] = lambda: True,
    ) -> None:
        self.database, self.config, self.clock, self.mail = database, config, clock, mail
        self.owner, self.worker, self.reports, self.on_progress = owner, worker, reports, on_progress
        self.papers = papers
        self.is_steady = is_steady
        self.server = MailServer(config.retry_seconds)
        self.stopping = threading.Event()
        self.unrecorded: dict[str, SendOutcome] = {}
        self._id_affixes = mime.message_id_affixes(config.office)
        self._site = digests.ConsoleLinks(config.office.public_url, config.office.timezone)
        self._prepared: dict[int, tuple[DeliverableReminder, PreparedMessage]] = {}
        self._attached: tuple[PaperToSend, Attachment] | None = None
        self._batch = config.batch
        # Another worker, or this one before a restart, may have left some waiting.
        self._to_release = True

    # Claim and revalidate

    def claim(self, tally: Tally) -> tuple[int, Batch]:
        """Claim a batch and skip what is no longer valid; return how many were claimed, and those still valid."""
        now = self.clock()
        deliverable: list[tuple[ClaimedReminder, DeliverableReminder]] = []
        outcomes: dict[str, SendOutcome] = {}
        with self.database.transaction() as session:
            limit = self.server.admits(now, self._batch)
            claimed = queue.claim(session, now, self.owner, self.config.lease_seconds, limit)
            facts = ReminderFacts.load(session, claimed, self.config.office, now)
            for one in claimed:
                self.on_progress()
                verdict = self._check(session, facts, one, now)
                if isinstance(verdict, DeliverableReminder):
                    deliverable.append((one, verdict))
                else:
                    outcomes[one.id] = verdict
            enqueue.add(session, facts.when_back)
            recorded = self._write(session.connection(), outcomes)
        tally += recorded
        self._prepared.clear()
        self._attached = None
        return len(claimed), deliverable

    def _check(
        self, session: Session, facts: ReminderFacts, one: ClaimedReminder, now: datetime
    ) -> DeliverableReminder | SendOutcome:
        try:
            verdict = facts.check(session, one, now, self.reports)
        except Exception:
            # One invalid reminder must not stop all others.
            log.exception("worker.recheck_failed", extra={"reminder": one.id})
            return self._retry_or_fail(one, TemporaryFailure(message(_BROKEN)))
        return verdict if isinstance(verdict, DeliverableReminder) else self._skipped(verdict)

    # Send

    def send(self, batch: Batch, tally: Tally) -> None:
        """Send one after another, recording each before the next is sent; stop early if the mail server is down."""
        if not batch:
            return
        began = monotonic()
        # One connection for the whole batch, without a session: for a single mail both cost more than its statements.
        with self.database.engine.connect() as connection:
            self._send_each(connection, batch, tally)
            self.record(connection, tally)
        # A fast server gets larger batches, a slow one smaller ones: other workers then share the work, and urgent
        # mails wait less.
        right = int(ROUND_SECONDS * len(batch) / max(monotonic() - began, 1e-6))
        self._batch = max(min(right, 2 * self._batch, 10 * self.config.batch), self.config.batch // 10, 1)

    def _send_each(self, connection: Connection, batch: Batch, tally: Tally) -> None:
        checked_at = monotonic()
        chunks = _chunks(self._mails(batch), self.mail.at_once)
        for number, chunk in enumerate(chunks):
            later = [pair for one in chunks[number + 1 :] for pair in one]
            if self.stopping.is_set():
                self._release([*chunk, *later], waits=False)
                return
            is_old = monotonic() - checked_at > STALE_SECONDS
            mails = self._mails(self._record_and_revalidate(connection, chunk, tally, is_old=is_old))
            for index, mail in enumerate(mails):
                self.on_progress()
                self.unrecorded |= self.deliver_together(mail)
                if self.server.is_away:
                    self._release([*(pair for one in mails[index + 1 :] for pair in one), *later], waits=True)
                    return

    def _mails(self, batch: Batch) -> list[Batch]:
        """The reminders that go with one mail: tasks of one reader that are due on the same day; others are alone."""
        found: dict[object, list[tuple[ClaimedReminder, DeliverableReminder]]] = {}
        for one, held in batch:
            zone = held.writer.timezone or self.config.office.timezone
            key: object = one.id
            if isinstance(held.about, MailTopic) and held.about.task is not None:
                day = today(zone, one.due_at)
                key = (held.to or one.recipient, one.recipient, one.channel, held.language, held.writer.code, day)
            found.setdefault(key, []).append((one, held))
        return list(found.values())

    def _record_and_revalidate(self, connection: Connection, chunk: Batch, tally: Tally, *, is_old: bool) -> Batch:
        """Record previous outcomes and revalidate this chunk, in one transaction; return those still valid.

        Reminders that another worker has taken over, or that are deleted, are left alone.
        """
        ready: list[tuple[ClaimedReminder, DeliverableReminder]] = []
        skipped: dict[str, SendOutcome] = {}
        with connection.begin():
            # The write comes first: on SQLite a transaction that has read can't always be upgraded to a writing one.
            recorded = self._write(connection, self.unrecorded)
            current_versions = row_versions(connection, [one.id for one, _held in chunk], self.owner)
            for one, held in chunk:
                if one.id not in current_versions:
                    recorded["lost"] += 1
                    continue
                verdict: DeliverableReminder | Message = held
                if is_old or current_versions[one.id] != held.versions:
                    with Session(connection, expire_on_commit=False) as session:
                        verdict = revalidate(session, one, self.clock(), self.config.office, self.reports)
                if isinstance(verdict, DeliverableReminder):
                    ready.append((one, verdict))
                else:
                    skipped[one.id] = self._skipped(verdict)
        self._committed(recorded, tally)
        self.unrecorded |= skipped
        return ready

    def _release(self, batch: Batch, *, waits: bool) -> None:
        """Release claimed reminders without an attempt; ``waits``: because the mail server is down."""
        untried = SendOutcome(SendResult.RELEASED, self.server.answer if waits else None, waits_for_server=waits)
        self.unrecorded |= {one.id: untried for one, _held in batch}

    def deliver_together(self, mail: Batch) -> dict[str, SendOutcome]:
        """Deliver reminders that go with one mail; return their outcomes, which are recorded in one transaction.

        The mail is named after the first of them by id: if it is sent again, it has the same Message-ID.
        """
        (lead, held), *others = sorted(mail, key=lambda pair: pair[0].id)
        if not others:
            return {lead.id: self.deliver(lead, held)}
        tasks = [one.about for _claimed, one in mail if isinstance(one.about, MailTopic)]
        answers = {one.reply_to for _claimed, one in mail}
        contact = held.writer.contact(self.config.office.contact)
        together = replace(held, reply_to=answers.pop() if len(answers) == 1 else contact)
        outcome = self._deliver(lead, together, compose_tasks(tasks, held.language))
        events: set[str | None] = set()
        outcomes: dict[str, SendOutcome] = {}
        for one, each in mail:
            told = each.told_sequence if outcome.end is SendResult.SENT else None
            outcomes[one.id] = replace(
                outcome, told_sequence=told, mail_id=lead.id, is_companion=one.event_id in events
            )
            events.add(one.event_id)
        return outcomes

    def deliver(self, one: ClaimedReminder, held: DeliverableReminder) -> SendOutcome:
        """Deliver one mail about one reminder; return its outcome."""
        return self._deliver(one, held, None)

    def _deliver(self, one: ClaimedReminder, held: DeliverableReminder, content: MailContent | None) -> SendOutcome:
        """Deliver one mail: with this content, or the reminder's own."""
        if one.channel is ReminderChannel.MESSENGER:
            return self._to_messenger(one, held, content)
        try:
            prepared = self._prepare(one, held) if content is None else self._encode(held, content)
            before, after = self._id_affixes
            to = held.to or one.recipient
            self.mail.send(one.id, to, prepared.to(to, before + one.id + after, self.clock()))
        except SendFailed as problem:
            return self._not_sent(one, problem)
        except Exception:
            log.exception("worker.mail_failed", extra={"reminder": one.id})
            return self._retry_or_fail(one, TemporaryFailure(message(_BROKEN)))
        self._server_answered()
        entry = held.entry
        return SendOutcome(
            SendResult.SENT,
            answer="",
            sent_to=held.to,
            entry_sequence=entry.sequence if entry else None,
            entry_organizer=entry.organizer if entry else None,
            told_sequence=held.told_sequence,
        )

    def _to_messenger(
        self, one: ClaimedReminder, held: DeliverableReminder, content: MailContent | None
    ) -> SendOutcome:
        try:
            address = unseal(self.config.secret_key, MESSENGER_SECRET, held.messenger) if held.messenger else None
            if address is None:
                raise PermanentFailure(message(N_("The messenger's address can't be read (any more); set it anew.")))
            if content is None:
                about = held.about
                content = compose(about, held.language) if isinstance(about, MailTopic) else about.content
            messenger.notify(address, content.subject, content.text, self.config.messenger_networks)
        except SendFailed as problem:
            return self._retry_or_fail(one, problem)
        except Exception:
            log.exception("worker.messenger_failed", extra={"reminder": one.id})
            return self._retry_or_fail(one, TemporaryFailure(message(_BROKEN)))
        return SendOutcome(SendResult.SENT, answer="", told_sequence=held.told_sequence)

    def _prepare(self, one: ClaimedReminder, held: DeliverableReminder) -> PreparedMessage:
        """The encoded mail, written once per batch for all recipients of one language."""
        if not isinstance(held.about, MailTopic):
            office_mail = held.about
            return mime.prepare(
                office_mail.content,
                self._sender(held),
                unsubscribe=office_mail.unsubscribe,
                reply_to=held.reply_to,
                attachment=None if held.paper is None else self._attachment(held.paper),
            )
        # Recipients of the same content share the object. It is stored here too, so that its id is not reused.
        cached = self._prepared.get(id(held))
        if cached is None:
            if held.failure is not None:
                content = digests.failure(held.failure, self._site, held.language)
            else:
                content = compose(held.about, held.language)
            cached = self._prepared[id(held)] = (held, self._encode(held, content))
        return cached[1]

    def _attachment(self, paper: PaperToSend) -> Attachment:
        """The file that goes with a mail, written once for those that follow each other.

        Raises:
            TemporaryFailure: the signed scan can't be read, or the machine has no time for the paper, at the moment.
            PermanentFailure: it can't be made, or is too large: that does not change by waiting.
            ValueError: nobody writes papers here.
        """
        if self.papers is None:
            raise ValueError("nobody writes papers here")
        if self._attached is None or self._attached[0] != paper:
            try:
                made = self.papers.attachment(paper)
            except (FilesAway, Busy) as problem:
                raise TemporaryFailure(problem.detail) from None
            except DomainError as problem:
                raise PermanentFailure(problem.detail) from None
            if len(made.content) > MOST_BYTES:
                raise PermanentFailure(message(_TOO_LARGE, megabytes=f"{MOST_BYTES / 1_000_000:g}"))
            self._attached = paper, made
        return self._attached[1]

    def _encode(self, held: DeliverableReminder, content: MailContent) -> PreparedMessage:
        entry = None
        if held.entry is not None and isinstance(held.about, MailTopic):
            uninvites = held.about.purpose is ReminderPurpose.REMOVED
            organizer = parseaddr(self._sender(held))
            entry = invitation(held.about.event, held.language, held.entry, organizer, uninvites=uninvites)
        return mime.prepare(content, self._sender(held), entry=entry, reply_to=held.reply_to)

    def _sender(self, held: DeliverableReminder) -> str:
        """In whose name a mail goes out."""
        return sender_of(held.writer, held.language, self.config.mail_from, self.config.mail_domains)

    # Outcomes

    def _skipped(self, reason: Message) -> SendOutcome:
        return SendOutcome(SendResult.SKIPPED, str(reason))

    def _not_sent(self, one: ClaimedReminder, problem: SendFailed) -> SendOutcome:
        now, reason = self.clock(), str(problem.reason)
        if isinstance(problem, TemporaryFailure) and problem.server:
            if not self.server.failures:
                log.warning("worker.server_away", extra={"server": "mail", "reason": reason})
            again_at = self.server.failed(now, reason)
            return SendOutcome(SendResult.RETRY, reason, answer=reason, again_at=again_at, waits_for_server=True)
        self._server_answered()
        return self._retry_or_fail(one, problem)

    def _retry_or_fail(self, one: ClaimedReminder, problem: SendFailed) -> SendOutcome:
        now, reason = self.clock(), str(problem.reason)
        # A clock that was put forward makes three days of a minute.
        is_hopeless = queue.is_hopeless(one.deferred_since, now) and self.is_steady()
        if isinstance(problem, PermanentFailure) or is_hopeless:
            return SendOutcome(SendResult.FAILED, reason, answer=reason)
        again_at = now + queue.pause(one.deferred_since, now, self.config.retry_seconds)
        return SendOutcome(SendResult.RETRY, reason, answer=reason, again_at=again_at)

    def _server_answered(self) -> None:
        """The mail server is reachable: reminders waiting for it can be brought forward."""
        if self.server.answered():
            log.info("worker.server_back", extra={"server": "mail"})
            self._to_release = True

    # Record outcomes

    def record(self, connection: Connection, tally: Tally) -> None:
        """Record outcomes; if the database is unavailable they are kept for the next tick."""
        if self.unrecorded:
            with connection.begin():
                recorded = self._write(connection, self.unrecorded)
            self._committed(recorded, tally)

    def record_pending(self) -> None:
        """Record outcomes that could not be recorded when they occurred."""
        if self.unrecorded:
            with self.database.engine.connect() as connection:
                self.record(connection, Counter())

    def _write(self, connection: Connection, outcomes: Mapping[str, SendOutcome]) -> Tally:
        """Record outcomes; claims taken over by another worker count as lost.

        Permanent failures are reported to people.
        """
        recorded: Tally = Counter()
        if outcomes:
            now = self.clock()
            counted = queue.record_outcomes(connection, outcomes, now, self.owner, self.worker, self._id_affixes)
            recorded.update({end.value: count for end, count in counted.items()})
            recorded["lost"] = len(outcomes) - counted.total()
            failed = [
                one
                for one, outcome in outcomes.items()
                if outcome.end is SendResult.FAILED and not outcome.is_companion
            ]
            if failed:
                with Session(connection, expire_on_commit=False) as session:
                    notify_failures(session, failed, now)
                    session.flush()
            if self._to_release and any(outcome.end is SendResult.SENT for outcome in outcomes.values()):
                queue.release(connection, now)
        return +recorded

    def _committed(self, recorded: Tally, tally: Tally) -> None:
        """Update the state after the transaction has been committed."""
        if recorded["sent"]:
            self._to_release = False
        self.unrecorded.clear()
        tally += recorded


def _chunks(mails: Sequence[Batch], at_once: int) -> Sequence[Batch]:
    """The reminders of these mails in chunks of at least ``at_once`` (the last may be smaller); no mail is split."""
    chunks: list[list[tuple[ClaimedReminder, DeliverableReminder]]] = []
    for mail in mails:
        if not chunks or len(chunks[-1]) >= at_once:
            chunks.append([])
        chunks[-1].extend(mail)
    return chunks
