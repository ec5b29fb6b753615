"""A worker as a process of its own, to be killed: ``python -m tests.jobs.worker_process DATABASE MAIL VAR NOW [KIND]``.

KIND is ``sound`` (the service's own worker) or ``marks-first`` (the negative control).
"""

import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from jobs.config import WorkerConfig
from jobs.queue import ClaimedReminder, SendOutcome, SendResult
from jobs.revalidation import DeliverableReminder
from jobs.sending import Sender
from jobs.worker import Worker
from models.clock import monotonic
from models.database import Database
from tests.factories import OFFICE

LEASE_SECONDS = 1.0


class MarkingFirst(Sender):
    """The mistake: marked as sent before the mail has left, so that it surely never leaves twice."""

    def deliver(self, one: ClaimedReminder, held: DeliverableReminder) -> SendOutcome:
        self.unrecorded[one.id] = SendOutcome(SendResult.SENT, answer="")
        self.record_pending()
        return super().deliver(one, held)


class MarksFirst(Worker):
    sender_type = MarkingFirst


KINDS: dict[str, type[Worker]] = {"sound": Worker, "marks-first": MarksFirst}


def main(database: str, mail: str, var: str, now: str, kind: str = "sound", since: str = "", lease: str = "") -> None:
    """Run a worker whose clock showed ``now`` when this machine's monotonic one showed ``since``: when it starts, but
    for several workers that are to have one clock, however long each of them takes to start.

    ``lease`` is in seconds, :data:`LEASE_SECONDS` by default.
    """
    started, first = float(since) if since else monotonic(), datetime.fromisoformat(now)
    config = WorkerConfig(
        mail_url=mail, mail_from="desk@example.org", var=Path(var), office=OFFICE,
        lease_seconds=float(lease or LEASE_SECONDS), retry_seconds=0.2, tick_seconds=0.1, batch=10,
    )  # fmt: skip
    worker = KINDS[kind](Database(database), config, lambda: first + timedelta(seconds=monotonic() - started))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
