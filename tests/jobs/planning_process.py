"""A worker that only plans, to be killed: ``python -m tests.jobs.planning_process DATABASE FILE``.

Writes a line to FILE after every batch.
"""

import sys
import time
from pathlib import Path

from models.clock import utcnow
from models.database import Database
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.reminders import planning_jobs
from tests.factories import OFFICE


def main(url: str, file: str) -> None:
    planning_jobs.BATCH = 5
    database, queue = Database(url), PlanningQueue(OFFICE)
    with Path(file).open("a", buffering=1) as done:
        while True:
            with database.transaction() as session:
                planned = queue.plan_batch(session, utcnow())
            done.write("batch\n" if planned else "idle\n")
            if not planned:
                time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
