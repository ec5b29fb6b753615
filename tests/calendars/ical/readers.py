"""Four independent iCalendar parsers, each telling events in the same plain form."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import icalendar
import ics
import pytest
import vobject

from tests.paths import TESTS

JS = TESTS / "js"


@dataclass(frozen=True)
class Read:
    """An event as a calendar program reads it; ``start`` and ``end`` (exclusive) are both dates or UTC instants."""

    uid: str
    sequence: int
    status: str
    summary: str
    start: date
    end: date
    all_day: bool


def _plain(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def read_icalendar(feed: bytes) -> list[Read]:
    return [
        Read(
            uid=str(event["UID"]),
            sequence=int(event["SEQUENCE"]),
            status=str(event["STATUS"]),
            summary=str(event["SUMMARY"]),
            start=_plain(event.decoded("DTSTART")),
            end=_plain(event.decoded("DTEND" if "DTEND" in event else "DTSTART")),
            all_day=not isinstance(event.decoded("DTSTART"), datetime),
        )
        for event in icalendar.Calendar.from_ical(feed).walk("VEVENT")
    ]


def read_vobject(feed: bytes) -> list[Read]:
    calendar = vobject.readOne(feed.decode())
    return [
        Read(
            uid=event.uid.value,
            sequence=int(event.sequence.value),
            status=event.status.value,
            summary=event.summary.value,
            start=_plain(event.dtstart.value),
            end=_plain(event.dtend.value if hasattr(event, "dtend") else event.dtstart.value),
            all_day=not isinstance(event.dtstart.value, datetime),
        )
        for event in getattr(calendar, "vevent_list", [])
    ]


def read_ics(feed: bytes) -> list[Read]:
    # Its events are a set; the file's order is in none of its answers, so callers sort.
    return [
        Read(
            uid=event.uid,
            sequence=int(next(line.value for line in event.extra if line.name == "SEQUENCE")),
            status=event.status,
            summary=event.name or "",
            start=event.begin.date() if event.all_day else event.begin.datetime.astimezone(UTC),
            end=event.end.date() if event.all_day else event.end.datetime.astimezone(UTC),
            all_day=event.all_day,
        )
        for event in ics.Calendar(feed.decode()).events
    ]


def read_ical_js(feed: bytes) -> list[Read]:
    """What ical.js reads; skips the test where node or ical.js is missing."""
    node = shutil.which("node")
    if node is None or not (JS / "node_modules" / "ical.js").is_dir():
        pytest.skip("ICAL.JS WAS NOT ASKED: it needs node, and `npm install` in tests/js (`make test` does it)")
    # In a zone of its own, so that nothing is right by the accident of the machine's.
    done = subprocess.run(
        [node, "parse.mjs"],
        cwd=JS,
        input=feed,
        capture_output=True,
        check=False,
        timeout=60,
        env={"TZ": "Pacific/Chatham"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return [
        Read(
            uid=event["uid"],
            sequence=event["sequence"],
            status=event["status"],
            summary=event["summary"],
            start=_told(event["start"]),
            end=_told(event["end"]),
            all_day=event["allDay"],
        )
        for event in json.loads(done.stdout)
    ]


def _told(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


PYTHON_READERS: dict[str, Callable[[bytes], list[Read]]] = {
    "icalendar": read_icalendar,
    "vobject": read_vobject,
    "ics": read_ics,
}
READERS = {**PYTHON_READERS, "ical.js": read_ical_js}
