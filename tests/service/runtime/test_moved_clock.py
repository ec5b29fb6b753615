"""`desk serve` while the wall clock is moved forward and back: it ticks on, and every mail leaves once."""

import json
import random
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.enqueue import add, new_row
from models.database import Database
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role
from tests import factories
from tests.conftest import NO_FAKETIME
from tests.faketime import MovableClock, library
from tests.jobs.sink import Sink
from tests.service.runtime.processes import Service, until

HOUR, DAY = 3600.0, 86_400.0
LEASE = 4
WITHIN = 5.0
"""Seconds within which everything goes on after a step of the clock."""

SLACK = 3.0
"""Seconds that a machine with other things to do may add to that."""

pytestmark = [
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.skipif(library() is None, reason=NO_FAKETIME),
]


class Office:
    """A running service whose clock can be moved, and the mails that it is to send."""

    def __init__(self, folder: Path, database_url: str, sink: Sink) -> None:
        self.clock = MovableClock(folder)
        self.service = Service(
            folder / "service",
            database_url,
            DESK_MAIL_URL=sink.url,
            DESK_WEB_WORKERS="1",
            DESK_LEASE_SECONDS=str(LEASE),
            **self.clock.environment,
        )
        self.database = Database(database_url)
        self.sink = sink
        with self.database.transaction() as session:
            day = (datetime.now(UTC) + timedelta(days=40)).date()
            self.event_id = factories.make_event(session, first_day=day, status=EventStatus.CANCELLED).id

    def remind(self, name: str, after: float, **values: Any) -> float:
        """Have a mail leave so many seconds from now by the service's clock; returns when that is, monotonic."""
        at = datetime.fromtimestamp(self.clock.now(), UTC)
        due = at + timedelta(seconds=after)
        key, recipient = f"cancellation:{name}", f"{name}@example.org"
        row = new_row(
            ReminderPurpose.CANCELLATION, key, recipient, Language.VI, due, at, event_id=self.event_id
        )  # fmt: skip
        with self.database.transaction() as session:
            factories.make_user(session, Role.ADMIN, email=recipient)
            assert add(session, [row | values]) == 1
        return time.monotonic() + after

    def arrived(self, name: str) -> float | None:
        """When its mail came, monotonic."""
        return next((mail.at for mail in self.sink.received if mail.recipient == f"{name}@example.org"), None)

    def ready(self) -> dict[str, Any] | None:
        """What /readyz says if the service is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.service.port}/readyz", timeout=5) as answer:
                return json.load(answer)  # type: ignore[no-any-return]
        except OSError:
            return None

    def told_of(self, seconds: float) -> bool:
        told = self.ready()
        return told is not None and abs((told["clock"]["seconds"] or 0) - seconds) <= 2

    def step(self, ahead: float, by: float) -> None:
        """Move the clock; the service is ready again and tells of the step within a few seconds."""
        self.clock.set(ahead)
        until(lambda: self.told_of(by), f"/readyz tells of a step by {by:g} s", WITHIN + SLACK)

    def leaves(self, name: str, within: float = WITHIN) -> float:
        return float(until(lambda: self.arrived(name), f"the mail to {name}", within + SLACK))

    def ticks_on(self, name: str) -> None:
        """What falls due in a second leaves when it does, or a little later."""
        due = self.remind(name, 1.0)
        assert due - 0.5 <= self.leaves(name, 1 + WITHIN)

    def made_once(self) -> int:
        """How many mails have come, none of them twice."""
        twice = [recipient for recipient, count in Counter(self.sink.recipients).items() if count > 1]
        assert twice == []
        return len(self.sink.received)

    def errors(self) -> list[dict[str, Any]]:
        """What was logged as an error, whole, but for a turn of a loop that failed: the next one comes in seconds, and
        that mails leave in time says that it did. Each of those is printed."""
        lines = [json.loads(line) for line in self.service.log.splitlines()]
        found = [line for line in lines if line["level"] == "error"]
        print(*found, sep="\n")
        return [line for line in found if line["event"] != "worker.failed"]


@pytest.fixture
def office(tmp_path: Path, database_url: str, sink: Sink) -> Iterator[Office]:
    made = Office(tmp_path, database_url, sink)
    made.service.start()
    until(made.ready, "readyz")
    yield made
    made.service.stop()
    made.database.dispose()


def test_a_clock_that_is_moved_stops_nobody(office: Office) -> None:
    """Seven hours ahead, as a virtual machine in local time; forty seconds behind; ten days ahead; and back."""
    told = office.ready()
    assert told is not None
    assert told["clock"] == {"stepped_at": None, "seconds": None}
    office.ticks_on("before")

    office.remind("in-an-hour", HOUR)
    office.step(7 * HOUR, by=7 * HOUR)
    office.leaves("in-an-hour")
    office.ticks_on("seven-hours-ahead")
    office.step(0, by=-7 * HOUR)
    office.ticks_on("back-from-seven-hours")

    office.step(-40, by=-40)
    office.ticks_on("behind")
    office.step(0, by=40)
    office.ticks_on("no-longer-behind")

    office.remind("in-five-days", 5 * DAY)
    office.remind("in-twenty-days", 20 * DAY)
    office.step(10 * DAY, by=10 * DAY)
    office.leaves("in-five-days")
    office.ticks_on("ten-days-ahead")
    ahead = datetime.fromtimestamp(office.clock.now(), UTC)
    leased = {"state": ReminderState.SENDING, "lease_owner": "a worker that died", "attempts": 1}
    office.remind("leased", -1, **leased, lease_until=ahead + timedelta(seconds=120))
    office.remind("deferred", -1, next_at=ahead + timedelta(hours=1), attempts=1, deferred_since=ahead)
    office.step(0, by=-10 * DAY)
    office.ticks_on("back-from-ten-days")
    office.leaves("deferred")
    office.leaves("leased", LEASE + WITHIN)

    assert office.made_once() == 11
    assert office.arrived("in-twenty-days") is None
    assert office.errors() == []


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_clock_that_is_moved_again_and_again_stops_nobody(office: Office) -> None:
    chance, ahead, sent = random.Random(17), 0, 0
    for number in range(40):
        to = chance.choice([0, 0, 40, -40, 3600, 7 * 3600, -7 * 3600, 86_400, 10 * 86_400, -10 * 86_400, 30])
        office.remind(f"far-{number}", 30 * DAY)
        if to != ahead:
            office.step(to, by=to - ahead)
            ahead = to
        office.ticks_on(f"round-{number}")
        sent += 1
    assert office.made_once() == sent
    assert office.errors() == []
