"""Claimed reminders on their way: looked at once more, handed over, and only then written down as what they became.

At most one mail that the server has taken is not yet written down: dying at that instant sends it a second time, with
the same Message-ID, dying at any other sends nothing twice.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection
from sqlmodel import Session

from calendars.mails import digests
from calendars.mails.event_mail import MailTopic, compose
from calendars.mails.invitations import invitation
from jobs import messenger, mime, queue
from jobs.config import WorkerConfig
from jobs.failure_notices import notify_failures
from jobs.mail import PermanentFailure, SendFailed, TemporaryFailure, Transport
from jobs.mail_server import MailServer
from jobs.mime import PreparedMessage
from jobs.ports import OfficeMails
from jobs.queue import ClaimedReminder, SendOutcome, SendResult
from jobs.revalidation import DeliverableReminder, ReminderFacts, row_versions, still_holds
from models.clock import monotonic
from models.database import Database
from models.encryption import unseal
from models.i18n import Message, _, message
from models.queries.audience import MESSENGER_SECRET
from models.vocabulary import ReminderChannel

STALE_SECONDS = 5.0
"""How long the people a batch was checked for are taken as known; events and rules are asked before each mail."""

ROUND_SECONDS = 2.0
"""How long sending what is claimed at once should take: what falls due meanwhile stands behind it."""

_BROKEN = _("This mail can't be written: an error in the service.")

log = logging.getLogger("desk.worker")

Tally = Counter[str]
"""What became of the reminders of a tick: ``sent``, ``failed``, ``retry``, ``skipped``, ``put_back``, ``lost``."""

Batch = Sequence[tuple[ClaimedReminder, DeliverableReminder]]


class Sender:
    """Sends what its worker has claimed, one mail after the other over one connection.

    ``owner`` is the claim's name, ``worker`` the worker's as people read it; ``moved`` is called before each mail.
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
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        self.database, self.config, self.clock, self.mail = database, config, clock, mail
        self.owner, self.worker, self.reports, self.moved = owner, worker, reports, moved
        self.server = MailServer(config.retry_seconds)
        self.stopping = threading.Event()
        self.unsettled: dict[str, SendOutcome] = {}
        self._around_id = mime.around_id(config.office)
        self._site = digests.ConsoleLinks(config.office.public_url, config.office.timezone)
        self._organizer = parseaddr(config.mail_from)
        self._letters: dict[int, tuple[DeliverableReminder, PreparedMessage]] = {}
        self._batch = config.batch
        # Another worker, or this one before it was started anew, may have left some waiting.
        self._to_release = True

    # Claim and recheck

    def claim(self, tally: Tally) -> tuple[int, Batch]:
        """Claim a batch and skip at once what no longer holds; how many were claimed, and those that do hold."""
        now = self.clock()
        holding: list[tuple[ClaimedReminder, DeliverableReminder]] = []
        outcomes: dict[str, SendOutcome] = {}
        with self.database.transaction() as session:
            limit = self.server.admits(now, self._batch)
            claimed = queue.claim(session, now, self.owner, self.config.lease_seconds, limit)
            facts = ReminderFacts.load(session, claimed, self.config.office)
            for one in claimed:
                verdict = self._check(session, facts, one, now)
                if isinstance(verdict, DeliverableReminder):
                    holding.append((one, verdict))
                else:
                    outcomes[one.id] = verdict
            settled = self._write(session.connection(), outcomes)
        tally += settled
        self._letters.clear()
        return len(claimed), holding

    def _check(
        self, session: Session, facts: ReminderFacts, one: ClaimedReminder, now: datetime
    ) -> DeliverableReminder | SendOutcome:
        try:
            verdict = facts.check(session, one, now, self.reports)
        except Exception:
            # One reminder nobody can make sense of must not stop all others.
            log.exception("worker.recheck_failed", extra={"reminder": one.id})
            return self._put_off(one, TemporaryFailure(message(_BROKEN)))
        return verdict if isinstance(verdict, DeliverableReminder) else self._skipped(verdict)

    # Send

    def send(self, batch: Batch, tally: Tally) -> None:
        """Send one after the other, each settled before the next leaves; stops early when the mail server is away."""
        if not batch:
            return
        began = monotonic()
        # One connection for the whole batch, without a session: for one mail both take longer than its statements.
        with self.database.engine.connect() as connection:
            self._send_each(connection, batch, tally)
            self.settle(connection, tally)
        # A quick server gets more at once, a slow one less: then other workers share, and what is urgent waits less.
        right = int(ROUND_SECONDS * len(batch) / max(monotonic() - began, 1e-6))
        self._batch = max(min(right, 2 * self._batch, 10 * self.config.batch), self.config.batch // 10, 1)

    def _send_each(self, connection: Connection, batch: Batch, tally: Tally) -> None:
        checked_at = monotonic()
        for start in range(0, len(batch), self.mail.at_once):
            if self.stopping.is_set():
                self._put_back(batch[start:], waits=False)
                return
            chunk = batch[start : start + self.mail.at_once]
            is_old = monotonic() - checked_at > STALE_SECONDS
            ready = self._settle_and_look(connection, chunk, tally, is_old=is_old)
            for number, (one, held) in enumerate(ready):
                self.moved()
                self.unsettled[one.id] = self.hand_over(one, held)
                if self.server.is_away:
                    self._put_back([*ready[number + 1 :], *batch[start + self.mail.at_once :]], waits=True)
                    return

    def _settle_and_look(self, connection: Connection, chunk: Batch, tally: Tally, *, is_old: bool) -> Batch:
        """Settle the mails before and look at these a last time, in one transaction; those that still hold.

        What is another worker's by now, or gone, is left alone.
        """
        ready: list[tuple[ClaimedReminder, DeliverableReminder]] = []
        skipped: dict[str, SendOutcome] = {}
        with connection.begin():
            # The write comes first: on SQLite a transaction that has read can't always become a writing one.
            settled = self._write(connection, self.unsettled)
            current_versions = row_versions(connection, [one.id for one, _held in chunk], self.owner)
            for one, held in chunk:
                if one.id not in current_versions:
                    settled["lost"] += 1
                    continue
                verdict: DeliverableReminder | Message = held
                if is_old or current_versions[one.id] != held.versions:
                    with Session(connection, expire_on_commit=False) as session:
                        verdict = still_holds(session, one, self.clock(), self.config.office, self.reports)
                if isinstance(verdict, DeliverableReminder):
                    ready.append((one, verdict))
                else:
                    skipped[one.id] = self._skipped(verdict)
        self._is_settled(settled, tally)
        self.unsettled |= skipped
        return ready

    def _put_back(self, batch: Batch, *, waits: bool) -> None:
        """Give claimed reminders back untried; ``waits``: because the mail server is away."""
        untried = SendOutcome(SendResult.RELEASED, self.server.answer if waits else None, waits_for_server=waits)
        self.unsettled |= {one.id: untried for one, _held in batch}

    def hand_over(self, one: ClaimedReminder, held: DeliverableReminder) -> SendOutcome:
        """Hand one mail over; what became of it."""
        if one.channel is ReminderChannel.MESSENGER:
            return self._to_messenger(one, held)
        try:
            prepared = self._letter(one, held)
            before, after = self._around_id
            self.mail.send(one.id, one.recipient, prepared.to(one.recipient, before + one.id + after, self.clock()))
        except SendFailed as problem:
            return self._not_sent(one, problem)
        except Exception:
            log.exception("worker.mail_failed", extra={"reminder": one.id})
            return self._put_off(one, TemporaryFailure(message(_BROKEN)))
        self._server_answered()
        sequence = None if prepared.entry is None else prepared.entry.sequence
        return SendOutcome(SendResult.SENT, answer="", entry_sequence=sequence)

    def _to_messenger(self, one: ClaimedReminder, held: DeliverableReminder) -> SendOutcome:
        try:
            address = unseal(self.config.secret_key, MESSENGER_SECRET, held.messenger) if held.messenger else None
            if address is None or not isinstance(held.about, MailTopic):
                raise PermanentFailure(message(_("The messenger's address can't be read (any more); set it anew.")))
            letter = compose(held.about, held.language)
            messenger.notify(address, letter.subject, letter.text)
        except SendFailed as problem:
            return self._put_off(one, problem)
        except Exception:
            log.exception("worker.messenger_failed", extra={"reminder": one.id})
            return self._put_off(one, TemporaryFailure(message(_BROKEN)))
        return SendOutcome(SendResult.SENT, answer="")

    def _letter(self, one: ClaimedReminder, held: DeliverableReminder) -> PreparedMessage:
        """The letter, written once per batch for all readers of one language."""
        if not isinstance(held.about, MailTopic):
            return mime.prepare(held.about.letter, self.config.mail_from, unsubscribe=held.about.unsubscribe)
        # Readers who get the same share what holds. It is kept here too, so that nothing else takes its identity.
        known = self._letters.get(id(held))
        if known is None:
            known = self._letters[id(held)] = (held, self._written(held.about, held))
        return known[1]

    def _written(self, about: MailTopic, held: DeliverableReminder) -> PreparedMessage:
        if held.failure is not None:
            letter = digests.failure(held.failure, self._site, held.language)
        else:
            letter = compose(about, held.language)
        entry = invitation(about.event, held.language, held.entry, self._organizer) if held.entry else None
        return mime.prepare(letter, self.config.mail_from, entry=entry)

    # What became of it

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
        return self._put_off(one, problem)

    def _put_off(self, one: ClaimedReminder, problem: SendFailed) -> SendOutcome:
        now, reason = self.clock(), str(problem.reason)
        if isinstance(problem, PermanentFailure) or queue.is_hopeless(one.deferred_since, now):
            return SendOutcome(SendResult.FAILED, reason, answer=reason)
        again_at = now + queue.pause(one.deferred_since, now, self.config.retry_seconds)
        return SendOutcome(SendResult.RETRY, reason, answer=reason, again_at=again_at)

    def _server_answered(self) -> None:
        """What waited for the mail server need not wait any longer."""
        if self.server.answered():
            log.info("worker.server_back", extra={"server": "mail"})
            self._to_release = True

    # Settle

    def settle(self, connection: Connection, tally: Tally) -> None:
        """Write down what became of reminders; while the database is away it is remembered for the next tick."""
        if self.unsettled:
            with connection.begin():
                settled = self._write(connection, self.unsettled)
            self._is_settled(settled, tally)

    def settle_again(self) -> None:
        """Write down what could not be written when it happened."""
        if self.unsettled:
            with self.database.engine.connect() as connection:
                self.settle(connection, Counter())

    def _write(self, connection: Connection, outcomes: Mapping[str, SendOutcome]) -> Tally:
        """Settle; what is another worker's by now counts as lost. People hear of what failed for good."""
        settled: Tally = Counter()
        if outcomes:
            now = self.clock()
            counted = queue.record_outcomes(connection, outcomes, now, self.owner, self.worker, self._around_id)
            settled.update({end.value: count for end, count in counted.items()})
            settled["lost"] = len(outcomes) - counted.total()
            if failed := [one for one, outcome in outcomes.items() if outcome.end is SendResult.FAILED]:
                with Session(connection, expire_on_commit=False) as session:
                    notify_failures(session, failed, now)
                    session.flush()
            if self._to_release and any(outcome.end is SendResult.SENT for outcome in outcomes.values()):
                queue.release(connection, now)
        return +settled

    def _is_settled(self, settled: Tally, tally: Tally) -> None:
        """The transaction is through."""
        if settled["sent"]:
            self._to_release = False
        self.unsettled.clear()
        tally += settled
