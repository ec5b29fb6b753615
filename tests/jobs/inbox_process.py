"""A reader of the inbox as a process of its own, to be killed: it says where it is, and stays there.

``python -m tests.jobs.inbox_process DATABASE INBOX_URL VAR NOW STAGE``; STAGE is ``taken`` (before the commit) or
``committed`` (before the mark in the mailbox).
"""

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.config import WorkerConfig
from jobs.inbox import Inbox
from models.database import Database
from service.actions.both_sides.answers import AnswerTaker
from tests.answer_mails import READING, SECRET


def stay() -> None:
    """Say so, and wait for the end."""
    print("here", flush=True)
    time.sleep(600)


class StayingTaker(AnswerTaker):
    def take(self, *given: Any, **named: Any) -> bool:
        super().take(*given, **named)
        stay()
        return True


class StayingInbox(Inbox):
    def _mark(self, *given: Any) -> None:
        stay()


def main(database: str, url: str, var: str, now: str, stage: str) -> None:
    config = WorkerConfig("file:", "desk@example.org", Path(var), READING, secret_key=SECRET, inbox_url=url)
    at, place = datetime.fromisoformat(now), Database(database)
    if stage == "taken":
        Inbox(place, config, StayingTaker(READING), lambda: at, place.transaction).tick()
    else:
        StayingInbox(place, config, AnswerTaker(READING), lambda: at, place.transaction).tick()


if __name__ == "__main__":
    main(*sys.argv[1:])
