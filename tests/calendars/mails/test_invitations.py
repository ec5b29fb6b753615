"""What lands in a reader's own calendar: read by four parsers, replaced by what comes later, removed at the end."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import icalendar
import pytest

from calendars.ical.vevent import render_event
from calendars.ical.vtimezone import vtimezone
from calendars.mails.invitations import Invitation, invitation
from calendars.reminders.change_notices import CalendarEntry, Method
from models.vocabulary import EventStatus
from tests.calendars.ical.readers import READERS, read_icalendar
from tests.calendars.ical.samples import CANCELLED, MEETING, TRAINING, facts, render_calendar

OFFICE = ("Văn phòng lễ tân", "desk@example.org")
REQUEST = CalendarEntry(Method.REQUEST, TRAINING.sequence)
FRAME: dict[str, Any] = {
    "name": "x", "language": "vi", "zones": ["Asia/Vientiane"], "first_year": 2027, "last_year": 2027
}  # fmt: skip
READER = "lan.nguyen@so-noi-vu.hai-duong.example.org"


def made(event: Any = TRAINING, method: Method = Method.REQUEST, language: str = "vi") -> bytes:
    return invitation(event, language, CalendarEntry(method, event.sequence), OFFICE).to(READER)


def entry(content: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


@dataclass
class ClientCalendar:
    """What RFC 5546 asks of a calendar program: one entry per UID, the higher SEQUENCE wins, then the later DTSTAMP."""

    entries: dict[str, icalendar.Event] = field(default_factory=dict)

    def take(self, content: bytes) -> None:
        calendar, event = icalendar.Calendar.from_ical(content), entry(content)
        known = self.entries.get(str(event["UID"]))

        def rank(one: icalendar.Event) -> tuple[int, datetime]:
            return int(one["SEQUENCE"]), one["DTSTAMP"].dt

        if known is not None and rank(event) < rank(known):
            return
        if calendar["METHOD"] == "CANCEL":
            self.entries.pop(str(event["UID"]), None)
        else:
            self.entries[str(event["UID"])] = event


@pytest.mark.parametrize("language", ["vi", "lo", "en"])
@pytest.mark.parametrize("event", [TRAINING, MEETING], ids=["days", "hours"])
def test_an_invitation_has_what_calendar_programs_ask_for(event: Any, language: str) -> None:
    calendar = icalendar.Calendar.from_ical(made(event, language=language))
    assert (calendar["METHOD"], calendar["VERSION"], calendar["CALSCALE"]) == ("REQUEST", "2.0", "GREGORIAN")
    assert calendar["PRODID"]
    found = entry(made(event, language=language))
    assert (found["UID"], int(found["SEQUENCE"])) == (event.uid, event.sequence)
    assert found["ORGANIZER"] == "mailto:desk@example.org"
    assert found["ORGANIZER"].params["CN"] == "Văn phòng lễ tân"
    assert found["ATTENDEE"] == f"mailto:{READER}"
    assert found["ATTENDEE"].params["RSVP"] == "FALSE"
    for needed in ("DTSTAMP", "DTSTART", "SUMMARY"):
        assert needed in found
    assert not found.walk("VALARM")
    zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    assert zones == ([] if event.all_day else [event.timezone])


@pytest.mark.parametrize("event", [TRAINING, MEETING, CANCELLED], ids=["days", "hours", "cancelled"])
@pytest.mark.parametrize("name", READERS)
def test_four_parsers_read_the_same(name: str, event: Any) -> None:
    method = Method.CANCEL if event is CANCELLED else Method.REQUEST
    assert READERS[name](made(event, method)) == read_icalendar(render_calendar([render_event(event, "vi")], **FRAME))


def test_lines_are_folded_between_letters() -> None:
    long = ("ຫ້ອງການພິທີການແຂວງ " * 6, "desk@example.org")
    content = invitation(TRAINING, "lo", REQUEST, long).to("a" * 60 + "@" + "b" * 60 + ".example.org")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = entry(content)
    assert found["ORGANIZER"].params["CN"] == " ".join(long[0].split())
    assert found["ATTENDEE"] == "mailto:" + "a" * 60 + "@" + "b" * 60 + ".example.org"


def test_a_name_can_not_end_its_parameter() -> None:
    evil = ('A" \r\nX-EVIL:1;B="', "desk@example.org")
    found = entry(invitation(TRAINING, "vi", REQUEST, evil).to(READER))
    assert "X-EVIL" not in found
    assert found["ORGANIZER"] == "mailto:desk@example.org"


def test_an_office_without_a_name_is_its_address() -> None:
    found = entry(invitation(TRAINING, "vi", REQUEST, ("", "desk@example.org")).to(READER))
    assert "CN" not in found["ORGANIZER"].params


def test_an_update_replaces_the_entry_and_a_cancellation_removes_it() -> None:
    client = ClientCalendar()
    client.take(made())
    client.take(made())  # the same once more, as after a lost answer
    moved = facts(sequence=3, first_day=date(2027, 4, 7), last_day=date(2027, 4, 18))
    client.take(made(moved))
    ((uid, shown),) = client.entries.items()
    assert uid == TRAINING.uid
    assert shown["DTSTART"].dt == date(2027, 4, 7)
    client.take(made())  # one that was late on its way
    assert client.entries[uid]["DTSTART"].dt == date(2027, 4, 7)
    over = facts(sequence=4, status=EventStatus.CANCELLED)
    cancelled = made(over, Method.CANCEL)
    assert icalendar.Calendar.from_ical(cancelled)["METHOD"] == "CANCEL"
    assert entry(cancelled)["STATUS"] == "CANCELLED"
    client.take(cancelled)
    assert client.entries == {}


def test_with_another_uid_the_entry_would_be_there_twice() -> None:
    """The negative control of the reader above."""
    client = ClientCalendar()
    client.take(made())
    client.take(made(facts(uid="another@desk.example", sequence=3)))
    assert len(client.entries) == 2


def test_words_that_changed_come_with_a_later_stamp() -> None:
    client = ClientCalendar()
    client.take(made())
    client.take(made(facts(title={"vi": "Tên mới"}, updated_at=datetime(2026, 11, 21, tzinfo=UTC))))
    (shown,) = client.entries.values()
    assert shown["SUMMARY"] == "Tên mới"


def test_only_the_reader_s_line_differs() -> None:
    one: Invitation = invitation(CANCELLED, "en", CalendarEntry(Method.CANCEL, CANCELLED.sequence), OFFICE)
    first, second = one.to("a@example.org"), one.to("b@example.org")
    assert first.replace(b"a@example.org", b"b@example.org") == second
    assert one.sequence == CANCELLED.sequence


def test_hours_come_with_their_zone() -> None:
    event = facts(start_time=time(8), end_time=time(9), last_day=date(2027, 3, 10))
    assert vtimezone("Asia/Ho_Chi_Minh", 2027, 2027) in made(event)


def test_who_answers_reaches_the_organizer_and_the_office_sends_for_them() -> None:
    found = entry(invitation(TRAINING, "vi", CalendarEntry(Method.REQUEST, 7, "lan@example.org"), OFFICE).to(READER))
    assert found["ORGANIZER"] == "mailto:lan@example.org"
    assert found["ORGANIZER"].params["SENT-BY"] == "mailto:desk@example.org"
    assert int(found["SEQUENCE"]) == 7


def test_what_nobody_can_answer_is_published_without_attendees() -> None:
    content = invitation(TRAINING, "vi", CalendarEntry(Method.PUBLISH, 2), OFFICE).to(READER)
    assert icalendar.Calendar.from_ical(content)["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in entry(content)
    assert entry(content)["ORGANIZER"] == "mailto:desk@example.org"


def test_who_is_taken_off_learns_nothing_but_which_event_it_is() -> None:
    content = invitation(MEETING, "vi", CalendarEntry(Method.CANCEL, 9), OFFICE, uninvites=True).to(READER)
    found = entry(content)
    known = {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "LAST-MODIFIED",
        "CREATED",
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "ORGANIZER",
        "ATTENDEE",
    }
    assert set(found) == known, "above all no STATUS: the event itself is not cancelled"
