"""The worker: each tick claims due reminders, revalidates and sends them, and only then marks them as sent.

A worker may crash at any point. Its claims become available when the lease ends; at worst the one mail that was being
delivered is sent twice, with the same Message-ID. Any number of workers send; one of them is the leader and runs the
scheduled jobs.

The wall clock says what is due; every wait is monotonic. So a clock that is put forward or back at any moment neither
stops nor hurries a worker: at its next look, a second later, it goes by what the clock says then.
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
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from jobs import clock_repairs, queue, schedule
from jobs.config import WorkerConfig
from jobs.inbox import Inbox
from jobs.leadership import NotLeading, leadership
from jobs.mail import Transport, transport
from jobs.ports import NO_PULSE, AnswersByMail, OfficeMails, Papers, Planning, Pulse
from jobs.sending import Sender, Tally
from models.accounts import Heartbeat
from models.clock import ClockStep, ClockWatch, elapsed, monotonic, utcnow
from models.database import Database

BEAT_SECONDS = 5.0
"""The minimum interval between heartbeats unless their content changed; readers should allow for several missed ones.
"""

STUCK_SECONDS = 600.0
"""After this long without progress a worker neither renews its leases nor sends heartbeats."""

REST_SECONDS = 20.0
"""How long an idle connection to the mail server stays open."""

LEADER_POLL_SECONDS = 0.5
"""How often a worker checks whether it is the leader."""

PLANNING_SECONDS = 0.5
"""How often a leader looks whether something is to be planned in batches, and the longest pause between two of them."""
INBOX_SECONDS = 20.0
"""How often the leader looks into the inbox of answers."""

LOOK_SECONDS = 1.0
"""How often a worker looks at the clock, at the timetable, and at whether a heartbeat is due."""

REPAIR_SECONDS = 3600.0
"""How often a worker looks for what a clock that was ahead, here or on another machine, has left behind."""

STEP_SHOWN_SECONDS = 3600.0
"""How long the heartbeat tells that the clock was moved."""

SENDING_SECONDS = 300.0
"""The longest a single mail, or the writing of a batch's mails, is expected to take."""

JOB_SECONDS = 600.0
"""The longest a scheduled job is expected to take."""

log = logging.getLogger("desk.worker")


class Worker:
    """Sends due reminders. ``tick`` is one round, ``run`` keeps ticking; any number of workers share one database."""

    sender_type = Sender

    def __init__(
        self,
        database: Database,
        config: WorkerConfig,
        clock: Callable[[], datetime] = utcnow,
        mail: Transport | None = None,
        reports: OfficeMails | None = None,
        planning: Planning | None = None,
        *,
        papers: Papers | None = None,
        answers: AnswersByMail | None = None,
        watch: ClockWatch | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        self.database = database
        database.works_for(config.office.locality)
        self.config = config
        self.clock = clock
        # A clock that is not the machine's measures itself: it is never found to have been moved.
        passed = elapsed if clock is utcnow else lambda: self.clock().timestamp()
        self.watch = watch or ClockWatch(lambda: self.clock(), passed)
        self.pulse = pulse or NO_PULSE
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        # A process id may be reused after a restart, and tests run several workers in one process.
        self.owner = f"{self.name}:{secrets.token_hex(6)}"
        self.sender = self.sender_type(
            database,
            config,
            lambda: self.clock(),
            mail or transport(config),
            owner=self.owner,
            worker=self.name,
            reports=reports,
            papers=papers,
            on_progress=self._made_progress,
            is_steady=lambda: self.watch.steady_seconds() >= schedule.STEADY_SECONDS,
        )
        self.leadership = leadership(database, self.name)
        self.planning = planning
        self.inbox: Inbox | None = None
        if answers is not None and config.inbox_url:
            transaction, is_stopping = self.leadership.transaction, self.sender.stopping.is_set
            self.inbox = Inbox(database, config, answers, lambda: self.clock(), transaction, is_stopping)
        self.jobs = schedule.fixed_jobs(config.office, config.passport_days, planning, config.files)
        self.timetable = schedule.Timetable(self.jobs)
        self._looking = threading.Lock()
        self._repaired_at = 0.0
        # Also at the start: the clock may have been put right while no worker ran.
        self._to_repair = threading.Event()
        self._to_repair.set()
        self._beat_at = -BEAT_SECONDS
        self._beat_state: tuple[object, ...] = ()
        self._sent_at = monotonic()
        self._progress_at = monotonic()
        self._failing: dict[str, bool] = {}

    @property
    def mail(self) -> Transport:
        """The transport that delivers mail."""
        return self.sender.mail

    @property
    def stopping(self) -> threading.Event:
        """Set to stop after the current mail."""
        return self.sender.stopping

    def tick(self) -> Tally:
        """Send everything that is due now, batch after batch; return when nothing is left, or when stopped.

        Raises SQLAlchemyError if the database is unavailable; outcomes up to then are kept and recorded by the next
        tick.
        """
        tally: Tally = Counter()
        self._made_progress()
        self.look_at_clock()
        self.beat()
        self._repair()
        self.sender.record_pending()
        try:
            while not self.stopping.is_set() and self._may_claim():
                with self.pulse.patience("tick", SENDING_SECONDS):
                    claimed, batch = self.sender.claim(tally)
                    with self._renewing_lease(bool(batch)):
                        self.sender.send(batch, tally)
                if not claimed:
                    break
        finally:
            self._close_idle_mail(bool(tally))
        if tally:
            self.beat()
            log.info("worker.tick", extra={"counts": dict(tally)})
        return tally

    def run(self, stop: threading.Event) -> None:
        """Tick until ``stop`` is set, then finish the current mail, release the others and return.

        If the database or the mail server is unavailable, wait for it.
        """
        work: list[tuple[str, Callable[[], object], Callable[[], float]]] = [
            ("tick", self.tick_safely, self.until_next),
            ("lead", self.lead_safely, lambda: LEADER_POLL_SECONDS),
            ("timetable", self.timetable_safely, lambda: LOOK_SECONDS),
            ("heartbeat", self.beat_safely, lambda: LOOK_SECONDS),
        ]
        work.append(("inbox", self.inbox_safely, lambda: INBOX_SECONDS))
        if self.planning is not None:
            work.append(("planning", self.plan_safely, lambda: PLANNING_SECONDS))
        loops = [
            threading.Thread(target=self._loop, args=(name, stop, step, pause), name=name, daemon=True)
            for name, step, pause in work
        ]
        log.info("worker.started", extra={"worker": self.name})
        for loop in loops:
            loop.start()
        try:
            stop.wait()
        finally:
            self.stopping.set()
            stop.set()
            for loop in loops:
                loop.join()
            self.close()
            log.info("worker.stopped", extra={"worker": self.name})

    def _loop(self, name: str, stop: threading.Event, work: Callable[[], object], pause: Callable[[], float]) -> None:
        """Do this work again and again until ``stop`` is set; ``pause`` gives the seconds in between."""
        while not stop.is_set():
            self.pulse.beat(name)
            try:
                work()
                seconds = pause()
            except Exception:
                log.exception("worker.failed", extra={"job": name})
                seconds = LOOK_SECONDS
            self.pulse.beat(name)
            stop.wait(seconds)

    def look_at_clock(self) -> ClockStep | None:
        """Look whether the clock was moved, and act on it: tell, and have put right what a clock ahead left behind."""
        with self._looking:
            step = self.watch.look()
        if step is None:
            return None
        log.warning("worker.clock_moved", extra={"seconds": round(step.seconds, 1), "to": step.at.isoformat()})
        self._beat_at = -BEAT_SECONDS
        if step.seconds < 0:
            self.sender.server.clock_went_back(step.at)
            self._to_repair.set()
        return step

    def _repair(self) -> None:
        if not self._to_repair.is_set() and monotonic() - self._repaired_at < REPAIR_SECONDS:
            return
        self._to_repair.clear()  # first: another step may be found meanwhile
        try:
            done = clock_repairs.put_right(self.database, self.clock(), self.config.lease_seconds)
        except BaseException:
            self._to_repair.set()
            raise
        self._repaired_at = monotonic()
        if done:
            log.warning("worker.clock_repairs", extra={"counts": dict(done)})

    def until_next(self) -> float:
        """Seconds until the next reminder is due, at most the polling interval."""
        try:
            with self.database.transaction(write=False) as session:
                due_at = queue.next_due(session)
        except SQLAlchemyError:
            return self.config.tick_seconds
        seconds = (due_at - self.clock()).total_seconds() if due_at is not None else self.config.tick_seconds
        # An overdue one is not available now: its server is down, or another worker is claiming it.
        return min(seconds, self.config.tick_seconds) if seconds > 0 else self.config.tick_seconds

    def tick_safely(self) -> None:
        """A tick that never raises: a failure is logged when it begins and when it ends, not every second."""
        self._safely("tick", self.tick)

    def lead_safely(self) -> None:
        """Check the leadership; whoever becomes leader looks at once for scheduled jobs that were missed.

        Not in this thread: the leadership must be confirmed while a job takes its time.
        """
        led = self.leadership.leads
        if self.leadership.poll() and not led:
            self.timetable.look_now()

    def timetable_safely(self) -> None:
        """As :meth:`work_safely`, when it is time to look."""
        if self.leadership.leads and self.timetable.is_time(self.clock(), monotonic()):
            self.work_safely()

    def work_safely(self) -> None:
        """Run the scheduled jobs that are due if this worker is the leader; failures as in :meth:`tick_safely`."""
        if self.leadership.leads:
            self._safely("timetable", self._work)

    def _work(self) -> None:
        with contextlib.suppress(NotLeading), self.pulse.patience("timetable", JOB_SECONDS):  # NotLeading: it slept
            steady = self.watch.steady_seconds() >= schedule.STEADY_SECONDS
            transaction = self.leadership.transaction
            done = schedule.run_due(self.database, self.jobs, self.clock(), transaction, steady=steady)
            if done:
                log.info("worker.timetable", extra={"counts": done})

    def plan_safely(self) -> None:
        """Plan what waits, in batches, while this worker is the leader; failures as in :meth:`tick_safely`."""
        if self.leadership.leads:
            self._safely("planning", self._plan)

    def _plan(self) -> None:
        planning = self.planning
        with contextlib.suppress(NotLeading):
            while planning is not None and not self.stopping.is_set():
                with self.database.transaction(write=False) as session:
                    if not planning.is_waiting(session):
                        return
                began = monotonic()
                with self.pulse.patience("planning", JOB_SECONDS), self.leadership.transaction() as session:
                    if not planning.plan_batch(session, self.clock()):
                        return
                # As long as it took: half of the time belongs to the others, on SQLite too.
                self.stopping.wait(min(monotonic() - began, PLANNING_SECONDS))

    def inbox_safely(self) -> None:
        """Read the inbox while this worker is the leader; failures as in :meth:`tick_safely`."""
        if self.inbox is not None and self.leadership.leads:
            self._safely("inbox", self._read_inbox)

    def _read_inbox(self) -> None:
        inbox = self.inbox
        with contextlib.suppress(NotLeading), self.pulse.patience("inbox", JOB_SECONDS):
            if inbox is not None and (handled := inbox.tick()):
                log.info("worker.inbox", extra={"handled": handled})

    def beat_safely(self) -> None:
        """A heartbeat, however long a batch takes, as long as it makes progress."""
        self.look_at_clock()
        if monotonic() - self._progress_at < SENDING_SECONDS:
            with contextlib.suppress(SQLAlchemyError):  # the tick meets the same error and reports it
                self.beat()

    def beat(self) -> None:
        """Write the heartbeat and the state of the mail server, every few seconds and at once when it changed."""
        server, step = self.sender.server, self.watch.recent(STEP_SHOWN_SECONDS)
        state = (self.leadership.leads, server.away_since, step)
        if state == self._beat_state and monotonic() - self._beat_at < BEAT_SECONDS:
            return
        values = {
            "at": self.clock(),
            "leads": self.leadership.leads,
            "mail_away_since": server.away_since,
            "mail_answer": server.answer[:2000] or None,
            "clock_stepped_at": step.at if step else None,
            "clock_step_seconds": round(step.seconds) if step else None,
        }
        with self.database.transaction() as session:
            insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
            row = insert(Heartbeat).values(name=self.name, **values)
            changed = {name: row.excluded[name] for name in values}
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))
        self._beat_at, self._beat_state = monotonic(), state

    def _may_claim(self) -> bool:
        now = self.clock()
        if not self.sender.server.admits(now, self.config.batch):
            return False
        with self.database.transaction(write=False) as session:
            return queue.anything_due(session, now)

    def _close_idle_mail(self, has_sent: bool) -> None:
        """Keep the mail connection open for mail due soon, but no longer."""
        if has_sent:
            self._sent_at = monotonic()
        elif monotonic() - self._sent_at > REST_SECONDS:
            self.mail.close_idle()

    # Lease and heartbeat

    @contextmanager
    def _renewing_lease(self, is_needed: bool) -> Iterator[None]:
        """Renew the lease and the heartbeat in the background while a batch is sent, however slow the server is."""
        if not is_needed:
            yield
            return
        done = threading.Event()
        renewer = threading.Thread(target=self._renew_until_done, args=(done,), name="lease", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()

    def _renew_until_done(self, done: threading.Event) -> None:
        every = min(self.config.lease_seconds / 3, BEAT_SECONDS)
        while not done.wait(every):
            if monotonic() - self._progress_at > STUCK_SECONDS:
                log.error("worker.stuck")
                return
            try:
                self.beat()
                with self.database.transaction() as session:
                    queue.renew(session, self.owner, self.clock() + timedelta(seconds=self.config.lease_seconds))
            except SQLAlchemyError:
                continue  # the sending thread hits the same error and reports it

    def _made_progress(self) -> None:
        self._progress_at = monotonic()
        self.pulse.beat("tick")

    def _safely(self, what: str, work: Callable[[], object]) -> None:
        try:
            work()
        except SQLAlchemyError as problem:
            self._log_availability("database", True, type(problem).__name__)
        except Exception:
            if not self._failing.get(what):
                log.exception("worker.failed", extra={"job": what})
            self._failing[what] = True
        else:
            self._log_availability("database", False, "")
            self._failing[what] = False

    def _log_availability(self, what: str, is_down: bool, reason: str) -> None:
        """Log that a server became unavailable or available again, once each."""
        if is_down != self._failing.get(what, False):
            self._failing[what] = is_down
            if is_down:
                log.warning("worker.server_away", extra={"server": what, "reason": reason})
            else:
                log.info("worker.server_back", extra={"server": what})

    def close(self) -> None:
        """Record remaining outcomes and close all connections; without the database, outcomes are left to the lease."""
        self.mail.close_idle()
        try:
            self.sender.record_pending()
        except SQLAlchemyError:
            log.warning("worker.unsettled", extra={"count": len(self.sender.unrecorded)})
        self.leadership.resign()
        self._delete_heartbeat()

    def _delete_heartbeat(self) -> None:
        """Delete the heartbeat: a stopped worker must not prevent restoring a backup."""
        if self._failing.get("database"):
            return
        with contextlib.suppress(SQLAlchemyError), self.database.transaction() as session:
            session.execute(delete(Heartbeat).where(col(Heartbeat.name) == self.name))
