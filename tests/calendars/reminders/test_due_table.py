"""Due instants worked out by hand: every kind of offset from every anchor, with and without ``at``, in several zones.

The visit arrives on 10 March 2027, is from the 11th, 08:30, to the 14th, 17:00, and has a task due on the 5th in an
office of Hải Dương (UTC+7). New York is at UTC−5, from the 14th, 02:00, at UTC−4; Berlin at UTC+1, from the 28th at
UTC+2.
"""

from datetime import UTC, date, datetime, time

import pytest

from calendars.days.offsets import Offset
from calendars.reminders.due_times import EventDays, RuleFacts, TaskDays, due_reminders
from models.vocabulary import EventKind, EventStatus, ReminderAnchor

OFFICE, NEW_YORK, BERLIN = "Asia/Ho_Chi_Minh", "America/New_York", "Europe/Berlin"

TABLE = """
    arrival   -PT24H     08:00  office    09T01:00
    arrival   -PT48H     17:00  office    08T10:00
    arrival   -PT2H      17:00  office    09T10:00
    arrival   -PT2H      -      office    09T15:00
    arrival   PT0S       08:00  office    10T01:00
    arrival   PT0S       -      office    09T17:00
    arrival   -P1D       14:00  office    09T07:00
    arrival   -P1DT2H    08:00  office    08T01:00
    arrival   PT24H      08:00  office    11T01:00
    arrival   PT23H      08:00  office    10T01:00
    arrival   P1W        -      office    16T17:00
    arrival   -PT36H     08:00  office    08T01:00
    arrival   -PT1M      00:00  office    08T17:00
    start     -PT2H      -      office    10T23:30
    start     -PT2H      07:00  office    11T00:00
    start     -PT9H      07:00  office    10T00:00
    start     -PT24H     08:00  office    10T01:00
    start     -P1D       14:00  office    10T07:00
    start     -PT48H     -      office    09T01:30
    start     PT16H      09:00  office    12T02:00
    start     PT15H      09:00  office    11T02:00
    end       P3D        09:00  office    17T02:00
    end       PT72H      09:00  office    17T02:00
    end       PT7H       09:00  office    15T02:00
    end       PT6H       09:00  office    14T02:00
    end       PT1H       -      office    14T11:00
    task_due  -P3D       08:00  new_york  02T01:00
    task_due  PT0S       08:00  new_york  05T01:00
    task_due  -PT24H     08:00  new_york  04T01:00
    task_due  PT0S       -      new_york  04T17:00
    task_due  -PT1H      -      berlin    04T16:00
    task_due  -PT1H      08:00  berlin    04T01:00
    arrival   -PT24H     08:00  new_york  09T13:00
    arrival   PT96H      08:00  new_york  14T12:00
    arrival   PT120H     08:00  new_york  15T12:00
    start     -PT9H      08:00  new_york  10T13:00
    start     -PT8H      -      new_york  11T05:30
    end       -PT24H     08:00  new_york  13T13:00
    end       PT7H       08:00  new_york  15T12:00
    end       PT6H       08:00  new_york  14T12:00
    arrival   -PT24H     08:00  berlin    09T07:00
    arrival   -PT1H      08:00  berlin    09T07:00
    end       P14D       08:00  berlin    28T06:00
    end       PT343H     -      berlin    28T23:00
"""
"""Anchor, offset, ``at``, the event's zone, and when it is due: day of March 2027 and time in UTC."""

ZONES = {"office": OFFICE, "new_york": NEW_YORK, "berlin": BERLIN}


def event_in(zone: str) -> EventDays:
    return EventDays(
        id="event",
        kind=EventKind.DELEGATION,
        status=EventStatus.PLANNED,
        first_day=date(2027, 3, 11),
        last_day=date(2027, 3, 14),
        start_time=time(8, 30),
        end_time=time(17),
        timezone=zone,
        arrives_on=date(2027, 3, 10),
        departs_on=date(2027, 3, 15),
        tasks=(TaskDays("task", date(2027, 3, 5), done=False, timezone=OFFICE),),
    )


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_due_as_worked_out_by_hand(line: str) -> None:
    anchor, offset, at, zone, expected = line.split()
    hour = None if at == "-" else time.fromisoformat(at)
    rule = RuleFacts("rule", ReminderAnchor(anchor), Offset.parse(offset), hour)
    (found,) = due_reminders(rule, event_in(ZONES[zone]), None)
    assert found.due_at == datetime.fromisoformat(f"2027-03-{expected}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("anchor", "offset", "at", "zone", "former"),
    [
        # Hours counted for nothing beside a time of day …
        ("arrival", "-PT24H", "08:00", "office", "10T01:00"),
        ("end", "PT72H", "09:00", "office", "14T02:00"),
        # … and tasks went by the clock of the event's place.
        ("task_due", "-P3D", "08:00", "new_york", "02T13:00"),
        ("task_due", "-PT24H", "08:00", "new_york", "05T13:00"),
        ("task_due", "PT0S", "-", "berlin", "04T23:00"),
        # The same instant as now is none that has to be recognised.
        ("arrival", "-PT24H", "-", "office", None),
        ("arrival", "-P1D", "08:00", "new_york", None),
        ("start", "-PT2H", "07:00", "office", None),
        ("task_due", "-P3D", "08:00", "office", None),
    ],
)
def test_former_instant_is_known_where_it_was_another(
    anchor: str, offset: str, at: str, zone: str, former: str | None
) -> None:
    hour = None if at == "-" else time.fromisoformat(at)
    rule = RuleFacts("rule", ReminderAnchor(anchor), Offset.parse(offset), hour)
    (found,) = due_reminders(rule, event_in(ZONES[zone]), None)
    expected = datetime.fromisoformat(f"2027-03-{former}").replace(tzinfo=UTC) if former else None
    assert found.former == expected
