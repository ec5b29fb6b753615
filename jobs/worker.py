"""The worker: each tick claims what is due, looks once more whether it holds, sends it, and only then marks it sent.

A worker may die at any point. What it had claimed comes free when the lease ends; at worst the one mail that was
being handed over at that instant goes out twice, with the same Message-ID. Any number of workers send; one of them
leads, and does the timetable's fixed jobs.
"""

import contextlib
import logging
import os
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from jobs import queue, schedule
from jobs.config import WorkerConfig
from jobs.leadership import leadership
from jobs.mail import Transport, transport
from jobs.ports import OfficeMails
from jobs.sending import Sender, Tally
from models.accounts import Heartbeat
from models.clock import monotonic, utcnow
from models.database import Database

BEAT_SECONDS = 5.0
"""How often the heartbeat is written at most, unless its news changed; whoever reads it should wait for several."""

STUCK_SECONDS = 600.0
"""After so long without any progress a worker neither renews its leases nor says that it lives."""

REST_SECONDS = 20.0
"""How long a connection to the mail server is kept when there is nothing to send."""

LOOK_SECONDS = 0.5
"""How often a worker asks whether it leads."""

log = logging.getLogger("desk.worker")


class Worker:
    """Sends what is due. ``tick`` is one round, ``run`` keeps ticking; any number of workers share one database."""

    sender_type = Sender

    def __init__(
        self,
        database: Database,
        config: WorkerConfig,
        clock: Callable[[], datetime] = utcnow,
        mail: Transport | None = None,
        reports: OfficeMails | None = None,
    ) -> None:
        self.database = database
        self.config = config
        self.clock = clock
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        # A process number may come again after a restart, and tests run several workers in one process.
        self.owner = f"{self.name}:{secrets.token_hex(6)}"
        self.sender = self.sender_type(
            database,
            config,
            lambda: self.clock(),
            mail or transport(config),
            owner=self.owner,
            worker=self.name,
            reports=reports,
            moved=self._moved,
        )
        self.leadership = leadership(database)
        self.jobs = schedule.fixed_jobs(config.office, config.passport_days)
        self._beaten_at = -BEAT_SECONDS
        self._told: tuple[object, ...] = ()
        self._sent_at = monotonic()
        self._moved_at = monotonic()
        self._troubles: dict[str, bool] = {}

    @property
    def mail(self) -> Transport:
        """What mail is handed to."""
        return self.sender.mail

    @property
    def stopping(self) -> threading.Event:
        """Set when the mail in hand is to be the last."""
        return self.sender.stopping

    def tick(self) -> Tally:
        """Send everything that is due now, batch after batch; returns when nothing is, or when told to stop.

        Raises SQLAlchemyError when the database is not there; what was sent by then is remembered and settled by
        the next tick.
        """
        tally: Tally = Counter()
        self._moved()
        self.beat()
        self.sender.settle_again()
        try:
            while not self.stopping.is_set() and self._may_claim():
                claimed, batch = self.sender.claim(tally)
                with self._keeping_lease(bool(batch)):
                    self.sender.send(batch, tally)
                if not claimed:
                    break
        finally:
            self._rest(bool(tally))
        if tally:
            self.beat()
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

        def tick() -> None:
            self.tick_safely()
            if (wait := self.until_next()) < self.config.tick_seconds:
                # Sent when it is due, not when somebody looks the next time.
                scheduler.modify_job("tick", next_run_time=utcnow() + timedelta(seconds=wait))

        begin = {"next_run_time": utcnow()}
        scheduler.add_job(tick, "interval", seconds=self.config.tick_seconds, id="tick", **begin)
        scheduler.add_job(self.lead_safely, "interval", seconds=LOOK_SECONDS, id="lead", **begin)
        for job in self.jobs:
            scheduler.add_job(self.work_safely, job.schedule.trigger, id=job.name)
        # A tick that takes longer than a second is no news, and says so every second.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        log.info("worker.started", extra={"worker": self.name})
        scheduler.start()
        try:
            stop.wait()
        finally:
            self.stopping.set()
            scheduler.shutdown(wait=True)
            self.close()
            log.info("worker.stopped", extra={"worker": self.name})

    def until_next(self) -> float:
        """Seconds until the next reminder is due, at most until the queue is looked at anyway."""
        try:
            with self.database.transaction(write=False) as session:
                due_at = queue.next_due(session)
        except SQLAlchemyError:
            return self.config.tick_seconds
        seconds = (due_at - self.clock()).total_seconds() if due_at is not None else self.config.tick_seconds
        # One that is due already is not to be had now: its server is away, or it is just being claimed elsewhere.
        return min(seconds, self.config.tick_seconds) if seconds > 0 else self.config.tick_seconds

    def tick_safely(self) -> None:
        """A tick that no failure ends: trouble is logged when it begins and when it is over, not every second."""
        self._safely("tick", self.tick)

    def lead_safely(self) -> None:
        """Ask whether this worker leads; one that begins to does the fixed jobs that nobody did."""
        led = self.leadership.leads
        if self.leadership.look() and not led:
            self.work_safely()

    def work_safely(self) -> None:
        """Do the fixed jobs that are due, if this worker leads; failures as in :meth:`tick_safely`."""
        if self.leadership.leads:
            self._safely("timetable", self._work)

    def _work(self) -> None:
        done = schedule.run_due(self.database, self.jobs, self.clock())
        if done:
            log.info("worker.timetable", extra={"counts": done})

    def beat(self) -> None:
        """Write that this worker lives and how the mail server is, every few seconds, at once when that changed."""
        server = self.sender.server
        told = (self.leadership.leads, server.away_since)
        if told == self._told and monotonic() - self._beaten_at < BEAT_SECONDS:
            return
        values = {
            "at": self.clock(),
            "leads": self.leadership.leads,
            "mail_away_since": server.away_since,
            "mail_answer": server.answer[:2000] or None,
        }
        with self.database.transaction() as session:
            insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
            row = insert(Heartbeat).values(name=self.name, **values)
            changed = {name: row.excluded[name] for name in values}
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))
        self._beaten_at, self._told = monotonic(), told

    def _may_claim(self) -> bool:
        now = self.clock()
        if not self.sender.server.admits(now, self.config.batch):
            return False
        with self.database.transaction(write=False) as session:
            return queue.anything_due(session, now)

    def _rest(self, has_sent: bool) -> None:
        """Keep the connection to the mail server for what is due soon, not longer."""
        if has_sent:
            self._sent_at = monotonic()
        elif monotonic() - self._sent_at > REST_SECONDS:
            self.mail.close_idle()

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

    def close(self) -> None:
        """Settle what is left (a database that is away leaves it to the lease) and let go of all connections."""
        self.mail.close_idle()
        try:
            self.sender.settle_again()
        except SQLAlchemyError:
            log.warning("worker.unsettled", extra={"count": len(self.sender.unsettled)})
        self.leadership.resign()
        self._leave()

    def _leave(self) -> None:
        """Take back the sign of life: a worker that has stopped keeps nobody from restoring a backup."""
        if self._troubles.get("database"):
            return
        with contextlib.suppress(SQLAlchemyError), self.database.transaction() as session:
            session.execute(delete(Heartbeat).where(col(Heartbeat.name) == self.name))
