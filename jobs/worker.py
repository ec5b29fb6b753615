"""The worker: each tick claims what is due, looks once more whether it holds, sends it, and only then marks it sent.

A worker may die at any point. What it had claimed comes free when the lease ends; at worst the one mail that was
being handed over at that instant goes out twice, with the same Message-ID.
"""

import logging
import os
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from calendars.letters import compose
from jobs import mime, queue
from jobs.config import WorkerConfig
from jobs.housekeeping import sweep
from jobs.mail import Deferred, NotSent, Refused, Transport, transport
from jobs.mime import Prepared
from jobs.queue import Claimed
from jobs.recheck import Facts, Holding, stamp, still_holds
from models.accounts import Heartbeat
from models.clock import monotonic, utcnow
from models.database import Database
from models.i18n import Message, _, message

BEAT_SECONDS = 5.0
"""How often the heartbeat is written at most; whoever reads it should wait for several."""

STALE_SECONDS = 5.0
"""How long the people a batch was checked for are taken as known; events and rules are asked before each mail."""

STUCK_SECONDS = 600.0
"""After so long without any progress a worker neither renews its leases nor says that it lives."""

DEAD_SERVER = 2
"""After so many mails in a row that found no server the rest of the batch is put off without trying."""

_BROKEN = _("This mail can't be written: an error in the service.")

log = logging.getLogger("desk.worker")

Tally = Counter[str]
"""What became of the reminders of a tick: ``sent``, ``failed``, ``retry``, ``skipped``, ``put_back``, ``lost``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one reminder; ``at`` is when it is tried next."""

    state: str
    reason: str = ""
    at: datetime | None = None


class Worker:
    """Sends what is due. ``tick`` is one round, ``run`` keeps ticking; any number of workers share one database."""

    def __init__(
        self,
        database: Database,
        config: WorkerConfig,
        clock: Callable[[], datetime] = utcnow,
        mail: Transport | None = None,
    ) -> None:
        self.database = database
        self.config = config
        self.clock = clock
        self.mail = mail or transport(config)
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        # A process number may come again after a restart, and tests run several workers in one process.
        self.owner = f"{self.name}:{secrets.token_hex(6)}"
        self.stopping = threading.Event()
        self._around_id = mime.around_id(config.office)
        self._unsettled: dict[str, Outcome] = {}
        self._letters: dict[tuple[object, ...], Prepared] = {}
        self._beaten_at = -BEAT_SECONDS
        self._moved_at = monotonic()
        self._server_failures = 0
        self._troubles: dict[str, bool] = {}

    def tick(self) -> Tally:
        """Send everything that is due now, batch after batch; returns when nothing is, or when told to stop.

        Raises SQLAlchemyError when the database is not there; what was sent by then is remembered and settled by
        the next tick.
        """
        tally: Tally = Counter()
        self._moved()
        self.beat()
        self._settle_again()
        try:
            while not self.stopping.is_set() and self._anything_due():
                claimed, holding = self._claim(tally)
                self._letters.clear()
                with self._keeping_lease(bool(holding)):
                    is_server_up = self._send_all(holding, tally)
                if not claimed or not is_server_up:
                    break
        finally:
            self.mail.rest()
        if tally:
            log.info("worker.tick", extra={"counts": dict(tally)})
        return tally

    def run(self, stop: threading.Event) -> None:
        """Tick until ``stop`` is set, then finish the mail in hand, put the others back and return.

        A database or mail server that goes away is waited for.
        """
        # APScheduler only ticks: it remembers nothing, runs nothing twice at once, and a late tick is still run.
        scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        scheduler.add_job(
            self.tick_safely, "interval", seconds=self.config.tick_seconds, id="tick", next_run_time=utcnow()
        )
        scheduler.add_job(self.sweep_safely, "interval", hours=1, id="housekeeping", next_run_time=utcnow())
        # A tick that takes longer than a second is no news, and says so every second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        log.info("worker.started", extra={"worker": self.name})
        scheduler.start()
        try:
            stop.wait()
        finally:
            self.stopping.set()
            scheduler.shutdown(wait=True)
            self._say_goodbye()
            log.info("worker.stopped", extra={"worker": self.name})

    def tick_safely(self) -> None:
        """A tick that no failure ends: trouble is logged when it begins and when it is over, not every second."""
        self._safely("tick", self.tick)

    def sweep_safely(self) -> None:
        """Housekeeping, with failures treated as in :meth:`tick_safely`."""
        self._safely("housekeeping", self._sweep)

    def beat(self) -> None:
        """Write that this worker lives, every few seconds at most."""
        if monotonic() - self._beaten_at < BEAT_SECONDS:
            return
        with self.database.transaction() as session:
            insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
            row = insert(Heartbeat).values(name=self.name, at=self.clock())
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": row.excluded.at}))
        self._beaten_at = monotonic()

    # Claim and recheck

    def _anything_due(self) -> bool:
        with self.database.transaction(write=False) as session:
            return queue.anything_due(session, self.clock())

    def _claim(self, tally: Tally) -> tuple[int, list[tuple[Claimed, Holding]]]:
        """Claim a batch and skip at once what no longer holds; how many were claimed, and those that do hold."""
        now = self.clock()
        holding: list[tuple[Claimed, Holding]] = []
        outcomes: dict[str, Outcome] = {}
        with self.database.transaction() as session:
            claimed = queue.claim(session, now, self.owner, self.config.lease_seconds, self.config.batch)
            facts = Facts.load(session, claimed)
            for one in claimed:
                verdict = self._check(facts, one, now)
                if isinstance(verdict, Holding):
                    holding.append((one, verdict))
                else:
                    outcomes[one.id] = verdict
            settled = self._write(session, outcomes)
        tally += settled
        return len(claimed), holding

    def _check(self, facts: Facts, one: Claimed, now: datetime) -> Holding | Outcome:
        try:
            verdict = facts.check(one, now, self.config.office)
        except Exception:
            # One reminder nobody can make sense of must not stop all others.
            log.exception("worker.recheck_failed", extra={"reminder": one.id})
            return self._not_sent(one, Deferred(message(_BROKEN)))
        return verdict if isinstance(verdict, Holding) else Outcome("skipped", str(verdict))

    # Send

    def _send_all(self, holding: Sequence[tuple[Claimed, Holding]], tally: Tally) -> bool:
        """Send one after the other; each is settled before the next leaves. Whether the mail server is there."""
        if not holding:
            return True
        # One connection for the whole batch, without a session: for one mail both take longer than its statements.
        with self.database.engine.connect() as connection:
            return self._send_each(connection, holding, tally)

    def _send_each(self, connection: Connection, holding: Sequence[tuple[Claimed, Holding]], tally: Tally) -> bool:
        checked_at = monotonic()
        for position, (one, held) in enumerate(holding):
            rest = [later for later, _held in holding[position:]]
            if self.stopping.is_set():
                self._settle(connection, tally)
                with connection.begin():
                    ids = [later.id for later in rest]
                    tally["put_back"] += queue.put_back(connection, ids, self.owner, self.clock())
                return False
            self._moved()
            is_old = monotonic() - checked_at > STALE_SECONDS
            fresh = self._settle_and_look(connection, one, held, tally, is_old=is_old)
            if isinstance(fresh, Holding):
                self._unsettled[one.id], failure = self.hand_over(one, fresh)
                if failure is not None and self._server_failures >= DEAD_SERVER:
                    self._unsettled |= {later.id: self._not_sent(later, failure) for later in rest[1:]}
                    self._settle(connection, tally)
                    return False
            elif fresh is not None:
                self._unsettled[one.id] = fresh
        self._settle(connection, tally)
        return True

    def _settle_and_look(
        self, connection: Connection, one: Claimed, held: Holding, tally: Tally, *, is_old: bool
    ) -> Holding | Outcome | None:
        """Settle the mail before and look at this one a last time, in one transaction.

        None when the reminder is another worker's by now, or gone.
        """
        verdict: Holding | Message = held
        with connection.begin():
            # The write comes first: on SQLite a transaction that has read can't always become a writing one.
            settled = self._write(connection, self._unsettled)
            now_stamp = stamp(connection, one, self.owner)
            if now_stamp is not None and (is_old or now_stamp != held.stamp):
                with Session(connection, expire_on_commit=False) as session:
                    verdict = still_holds(session, one, self.clock(), self.config.office)
        self._unsettled.clear()
        tally += settled
        if now_stamp is None:
            tally["lost"] += 1
            return None
        return verdict if isinstance(verdict, Holding) else Outcome("skipped", str(verdict))

    def hand_over(self, one: Claimed, held: Holding) -> tuple[Outcome, NotSent | None]:
        """Hand one mail over; what became of it, and the failure when there was one."""
        before, after = self._around_id
        failure: NotSent | None = None
        try:
            content = self._letter(one, held).to(one.recipient, before + one.id + after, self.clock())
            self.mail.send(one.id, one.recipient, content)
            outcome = Outcome("sent")
        except NotSent as problem:
            failure, outcome = problem, self._not_sent(one, problem)
        except Exception:
            log.exception("worker.mail_failed", extra={"reminder": one.id})
            failure = Deferred(message(_BROKEN))
            outcome = self._not_sent(one, failure)
        is_down = isinstance(failure, Deferred) and failure.server
        self._server_failures = self._server_failures + 1 if is_down else 0
        self._note("mail", is_down, str(failure) if failure else "")
        return outcome, failure

    def _letter(self, one: Claimed, held: Holding) -> Prepared:
        """The letter, written once per batch for all readers of one language."""
        key = (one.purpose, one.event_id, one.rule_id, one.task_id, held.language, held.stamp)
        if key not in self._letters:
            letter = compose(held.about, held.language)
            self._letters[key] = mime.prepare(letter, self.config.mail_from)
        return self._letters[key]

    def _not_sent(self, one: Claimed, problem: NotSent) -> Outcome:
        reason = str(problem.reason)
        if isinstance(problem, Refused) or queue.is_hopeless(one.attempts, self.config.retry_seconds):
            return Outcome("failed", reason)
        return Outcome("retry", reason, self.clock() + queue.pause(one.attempts, self.config.retry_seconds))

    # Settle

    def _settle(self, connection: Connection, tally: Tally) -> None:
        """Write down what became of reminders; while the database is away it is remembered for the next tick."""
        if self._unsettled:
            with connection.begin():
                settled = self._write(connection, self._unsettled)
            self._unsettled.clear()
            tally += settled

    def _settle_again(self) -> None:
        if self._unsettled:
            with self.database.engine.connect() as connection:
                self._settle(connection, Counter())

    def _write(self, work: Session | Connection, outcomes: dict[str, Outcome]) -> Tally:
        """Settle, those with the same state and reason at once; what is another worker's by now counts as lost."""
        now = self.clock()
        alike: dict[tuple[str, str], dict[str, datetime]] = {}
        for one, outcome in outcomes.items():
            alike.setdefault((outcome.state, outcome.reason), {})[one] = outcome.at or now
        settled: Tally = Counter()
        for (state, reason), some in alike.items():
            match state:
                case "sent":
                    count = queue.settle_sent(work, some, self.owner, now, self._around_id)
                case "failed":
                    count = queue.settle_failed(work, some, self.owner, now, reason)
                case "skipped":
                    count = queue.settle_skipped(work, some, self.owner, now, reason)
                case _:
                    count = queue.settle_retry(work, some, self.owner, now, reason)
            settled[state] += count
            settled["lost"] += len(some) - count
        return +settled

    # Staying alive

    @contextmanager
    def _keeping_lease(self, is_needed: bool) -> Iterator[None]:
        """Renew the lease and the heartbeat in the background while a batch is sent, however slow the server is."""
        if not is_needed:
            yield
            return
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(done,), name="lease", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep(self, done: threading.Event) -> None:
        every = min(self.config.lease_seconds / 3, BEAT_SECONDS)
        while not done.wait(every):
            if monotonic() - self._moved_at > STUCK_SECONDS:
                log.error("worker.stuck")
                return
            try:
                self.beat()
                with self.database.transaction() as session:
                    queue.renew(session, self.owner, self.clock() + timedelta(seconds=self.config.lease_seconds))
            except SQLAlchemyError:
                continue  # the sending thread meets the same trouble and tells of it

    def _moved(self) -> None:
        self._moved_at = monotonic()

    def _sweep(self) -> None:
        with self.database.transaction() as session:
            swept = sweep(session, self.clock())
        log.info("worker.swept", extra={"counts": swept})

    def _safely(self, what: str, work: Callable[[], object]) -> None:
        try:
            work()
        except SQLAlchemyError as problem:
            self._note("database", True, type(problem).__name__)
        except Exception:
            if not self._troubles.get(what):
                log.exception("worker.failed", extra={"job": what})
            self._troubles[what] = True
        else:
            self._note("database", False, "")
            self._troubles[what] = False

    def _note(self, what: str, is_down: bool, reason: str) -> None:
        """Log that a server went away or came back, once each."""
        if is_down != self._troubles.get(what, False):
            self._troubles[what] = is_down
            if is_down:
                log.warning("worker.server_away", extra={"server": what, "reason": reason})
            else:
                log.info("worker.server_back", extra={"server": what})

    def _say_goodbye(self) -> None:
        """Settle what is left; a database that is away leaves it to the lease."""
        try:
            self._settle_again()
        except SQLAlchemyError:
            log.warning("worker.unsettled", extra={"count": len(self._unsettled)})
