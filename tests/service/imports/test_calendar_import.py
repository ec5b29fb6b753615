"""Calendar files taken in over the API: what becomes of entries, of the same file again, and of our own calendars."""

from collections.abc import Callable
from datetime import date, time
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import func, select
from werkzeug.test import TestResponse

from models.accounts import Audit
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import EventKind, EventStatus, Language, Visibility
from tests import factories
from tests.service.conftest import Caller

PATH = "/api/v1/events/import"


def entry(*lines: str, uid: str = "a@example.org", title: str = "Họp giao ban") -> str:
    """A VEVENT on 10 March 2027 unless its lines say another day."""
    days = () if any(line.startswith("DTSTART") for line in lines) else ("DTSTART;VALUE=DATE:20270310",)
    return "\r\n".join(
        ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261120T000000Z", f"SUMMARY:{title}", *days, *lines, "END:VEVENT", "")
    )


def calendar(*components: str, head: str = "PRODID:-//Example//Calendar//EN") -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}\r\n{''.join(components)}END:VCALENDAR\r\n".encode()


def send(who: Caller, content: bytes, query: str = "", method: str = "POST", **headers: str) -> TestResponse:
    sent = {"Authorization": f"Bearer {who.token}", "Content-Type": "text/calendar", "Accept-Language": "en"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return who.client.open(PATH + query, method=method, data=content, headers=sent)


def take(who: Caller, content: bytes, query: str = "", **headers: str) -> Any:
    answer = send(who, content, query, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def one(who: Caller, content: bytes, **headers: str) -> Any:
    (found,) = take(who, content, **headers)["components"]
    return found


def made(database: Database, uid: str = "a@example.org") -> Event:
    with database.transaction(write=False) as session:
        return session.exec(select(Event).where(Event.uid == uid)).one()


def counted(database: Database) -> dict[str, int]:
    with database.transaction(write=False) as session:
        return {
            table.__name__: session.exec(select(func.count()).select_from(table)).one()
            for table in (Event, Audit, Reminder)
        }


def test_entry_becomes_a_draft(officer: Caller, database: Database) -> None:
    lines = ("DESCRIPTION:Nội dung\\nhai dòng", "LOCATION:Phòng 2", "CLASS:PUBLIC", "SEQUENCE:3", "STATUS:CONFIRMED")
    shown = one(
        officer,
        calendar(entry(*lines, "DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270313")),
        Accept_Language="vi",
    )
    assert shown["result"] == "created", shown
    event = made(database)
    assert (event.id, event.kind, event.status) == (shown["event_id"], EventKind.ACTIVITY, EventStatus.DRAFT)
    assert (event.first_day, event.last_day, event.start_time) == (date(2027, 3, 10), date(2027, 3, 12), None)
    assert (event.title, event.description) == ({"vi": "Họp giao ban"}, {"vi": "Nội dung\nhai dòng"})
    assert (event.location, event.visibility, event.sequence) == ({"vi": "Phòng 2"}, Visibility.PUBLIC, 3)
    assert (event.host, event.guest, event.created_by) == ("hai-duong", None, officer.user_id)
    (created,) = officer.get(f"/events/{event.id}/history").json
    assert created["reason"].endswith(": -//Example//Calendar//EN")


def test_entry_of_an_event_the_reader_may_not_see_says_nothing_of_it(
    caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        ours, theirs = factories.make_organisation(session), factories.make_organisation(session)
        theirs.name = {"vi": "Phòng Bí mật"}
        event = factories.make_event(session, uid="a@example.org", organisation_id=theirs.id)
    content = calendar(entry("SEQUENCE:99", title="Tên khác"))
    stranger, owner = caller(organisation_id=ours.id), caller(organisation_id=theirs.id)
    before = counted(database)
    shown = one(stranger, content)
    assert (shown["result"], shown["event_id"]) == ("refused", None)
    assert "UID" in " ".join(shown["reasons"])
    assert event.id not in str(shown)
    assert "Phòng Bí mật" not in str(shown)
    assert counted(database) == before
    assert one(owner, content)["result"] == "changed"  # the control


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART:20270310T010000Z", "DTEND:20270310T030000Z"), ("08:00", "10:00", "Asia/Ho_Chi_Minh")),
        (("DTSTART;TZID=Asia/Vientiane:20270310T080000", "DURATION:PT90M"), ("08:00", "09:30", "Asia/Vientiane")),
        (("DTSTART;TZID=SE Asia Standard Time:20270310T080000",), ("08:00", None, "Asia/Ho_Chi_Minh")),
        (("DTSTART;TZID=Tokyo Standard Time:20270310T080000",), ("08:00", None, "Asia/Tokyo")),
        (("DTSTART;TZID=/mozilla.org/20070129_1/Asia/Vientiane:20270310T080000",), ("08:00", None, "Asia/Vientiane")),
        (("DTSTART;TZID=\"UTC+09:00\":20270310T080000",), ("06:00", None, "Asia/Ho_Chi_Minh")),
        (('DTSTART;TZID="(UTC+09:00) Osaka, Sapporo":20270310T080000',), ("06:00", None, "Asia/Ho_Chi_Minh")),
        (("DTSTART;TZID=Nowhere:20270310T080000",), ("08:00", None, "Asia/Ho_Chi_Minh")),
        (("DTSTART:20270310T080000", "DTEND:20270310T080000"), ("08:00", None, "Asia/Ho_Chi_Minh")),
        (("DTSTART;TZID=Asia/Tokyo:20270310T080000", "DTEND:20270310T000000Z"), ("08:00", "09:00", "Asia/Tokyo")),
    ],
)  # fmt: skip
def test_hours_and_zones(
    officer: Caller, database: Database, lines: tuple[str, ...], expected: tuple[Any, ...]
) -> None:
    shown = one(officer, calendar(entry(*lines)))
    assert shown["result"] == "created", shown
    event = made(database)
    hours = [None if hour is None else f"{hour:%H:%M}" for hour in (event.start_time, event.end_time)]
    assert (*hours, event.timezone) == expected
    assert bool(shown["reasons"]) == ("UTC+" in lines[0] or "Nowhere" in lines[0])


CUSTOM_ZONE = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
""".replace("\n", "\r\n")


@pytest.mark.parametrize(("day", "hour"), [("20270310", 15), ("20270710", 14), ("20271101", 15)])
def test_zone_described_in_the_file_is_reckoned_with(officer: Caller, database: Database, day: str, hour: int) -> None:
    shown = one(officer, calendar(CUSTOM_ZONE, entry(f"DTSTART;TZID=Ours:{day}T090000")))
    assert "“Ours”" in shown["reasons"][0]
    assert made(database).start_time == time(hour)


@pytest.mark.both_databases("uids that were there before")
def test_same_file_again_changes_nothing_and_a_newer_one_does(officer: Caller, database: Database) -> None:
    first = calendar(entry("DTSTART:20270310T010000Z", "LOCATION:A"))
    assert one(officer, first)["result"] == "created"
    before = counted(database)
    again = one(officer, first)
    assert (again["result"], again["reasons"]) == ("unchanged", [])
    assert counted(database) == before
    moved = entry("DTSTART:20270310T020000Z", "LOCATION:A", "SEQUENCE:1")
    shown = one(officer, calendar(moved))
    assert shown["result"] == "changed"
    event = made(database)
    assert (event.start_time, event.sequence, event.status) == (time(9), 1, EventStatus.DRAFT)
    assert officer.get(f"/events/{event.id}/history").json[-1]["reason"].startswith("Taken from a calendar file")
    older = one(officer, first)
    assert older["result"] == "unchanged"
    assert "newer" in older["reasons"][0]
    stamped = entry("DTSTART:20270310T020000Z", "LOCATION:B", "SEQUENCE:1", "LAST-MODIFIED:20261201T000000Z")
    assert one(officer, calendar(stamped))["result"] == "changed"
    assert made(database).location == {"en": "B"}
    assert one(officer, calendar(entry("DTSTART:20270310T020000Z", "SEQUENCE:90", title="X")))["result"] == "changed"
    assert made(database).sequence == 90


def test_dry_run_tells_the_same_and_writes_nothing(officer: Caller, database: Database) -> None:
    content = calendar(entry(), entry("DTSTART:nonsense", uid="b"), entry(uid="c"))
    before = counted(database)
    tried = take(officer, content, "?dry_run=true")
    assert counted(database) == before
    done = take(officer, content)
    assert [done[name] for name in ("created", "changed", "unchanged", "refused", "ignored")] == [2, 0, 0, 1, 0]
    unnamed = [part | {"event_id": None} for part in done["components"]]
    assert tried == done | {"dry_run": True, "components": unnamed}


def test_file_comes_as_body_or_in_a_form_and_by_put(officer: Caller, viewer: Caller, database: Database) -> None:
    content = calendar(entry())
    headers = {"Authorization": f"Bearer {officer.token}", "Accept-Language": "en"}

    def form(query: str = "", **fields: Any) -> TestResponse:
        return officer.client.post(PATH + query, data=fields, headers=headers)

    sent = form(file=(BytesIO(content), "tháng 3.ics"))
    assert sent.status_code == 200, sent.text
    (created,) = officer.get(f"/events/{sent.json['components'][0]['event_id']}/history").json
    assert created["reason"] == "Taken from a calendar file: tháng 3.ics"
    assert send(officer, content, method="PUT").json["unchanged"] == 1
    assert form(dry_run="true", file=(BytesIO(content), "x.ics")).status_code == 422
    assert form(other=(BytesIO(content), "x.ics")).status_code == 422
    assert send(officer, content, "?dryrun=true").status_code == 422
    assert send(officer, content, Content_Type="application/json").status_code == 415
    assert send(viewer, content).status_code == 403


def test_wishes_are_checked(officer: Caller, database: Database) -> None:
    content = calendar(entry())
    for query, name in (
        ("kind=anniversary", "kind"),
        ("kind=x", "kind"),
        ("host=atlantis", "host"),
        ("guest=hai-duong", "guest"),
    ):
        refused = send(officer, content, f"?{query}")
        assert refused.status_code == 422
        assert set(refused.json["errors"]) == {name}
    take(officer, content, "?kind=delegation&host=vientiane-province&guest=hai-duong")
    event = made(database)
    assert (event.kind, event.host, event.guest) == (EventKind.DELEGATION, "vientiane-province", "hai-duong")


def test_cancelled_entries_cancel_nothing(officer: Caller, database: Database) -> None:
    gone = calendar(entry("STATUS:CANCELLED", "SEQUENCE:5"))
    assert one(officer, gone)["result"] == "ignored"
    one(officer, calendar(entry()))
    shown = one(officer, gone)
    assert (shown["result"], made(database).status) == ("unchanged", EventStatus.DRAFT)
    assert "a person does that" in shown["reasons"][0]


def test_completed_event_keeps_its_days(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        day, over = date(2026, 3, 1), EventStatus.COMPLETED
        factories.make_event(session, uid="a@example.org", first_day=day, status=over, confirmed_at=factories.NOW)
        factories.make_event(session, uid="b@example.org", first_day=day, status=over)
    shown = one(officer, calendar(entry("SEQUENCE:9")))
    assert shown["result"] == "refused"
    assert "completed event keeps" in shown["reasons"][0]
    assert made(database).first_day == date(2026, 3, 1)
    history = one(officer, calendar(entry("SEQUENCE:9", uid="b@example.org")))
    assert (history["result"], "can't end after today" in history["reasons"][0]) == ("refused", True)
    assert made(database, "b@example.org").first_day == date(2026, 3, 1)


def test_one_uid_twice_and_what_is_no_event(officer: Caller, database: Database) -> None:
    other = "".join(
        f"BEGIN:{name}\r\nUID:{name}\r\nEND:{name}\r\n" for name in ("VTODO", "VJOURNAL", "VFREEBUSY", "X-THING")
    )
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT1H\r\nEND:VALARM"
    item = entry("RELATED-TO:a@example.org", uid="a-item-3@example.org")
    done = take(officer, calendar(other, entry("SEQUENCE:1", title="New"), entry(alarm, title="Old"), item))
    assert [part["result"] for part in done["components"]] == [*["ignored"] * 4, "created", "ignored", "ignored"]
    assert [part["number"] for part in done["components"]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(part["reasons"] for part in done["components"] if part["result"] == "ignored")
    assert made(database).title == {"en": "New"}
    with_alarm = one(officer, calendar(entry(alarm, uid="alarmed")))
    assert (with_alarm["result"], "Alarms" in with_alarm["reasons"][0]) == ("created", True)


def test_series_is_written_out_and_found_again(officer: Caller, database: Database) -> None:
    lines = ("DTSTART;TZID=Asia/Ho_Chi_Minh:20261102T080000", "DTEND;TZID=Asia/Ho_Chi_Minh:20261102T090000")
    rule = (
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261109T080000",
        "RDATE;TZID=Asia/Ho_Chi_Minh:20261225T100000",
    )
    changed = entry(
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261123T080000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261124T140000",
        title="Moved",
    )
    content = calendar(entry(*lines, *rule), changed)
    done = take(officer, content)
    assert {part["uid"]: part["recurrence_id"] for part in done["components"]} == {
        "a@example.org": "20261102T010000Z",
        "a@example.org/20261116T010000Z": "20261116T010000Z",
        "a@example.org/20261123T010000Z": "20261123T010000Z",
        "a@example.org/20261130T010000Z": "20261130T010000Z",
        "a@example.org/20261225T030000Z": "20261225T030000Z",
    }
    moved = made(database, "a@example.org/20261123T010000Z")
    assert (moved.first_day, moved.start_time, moved.title) == (date(2026, 11, 24), time(14), {"en": "Moved"})
    last = made(database, "a@example.org/20261225T030000Z")
    assert (last.first_day, last.start_time, last.end_time) == (date(2026, 12, 25), time(10), time(11))
    before = counted(database)
    assert take(officer, content)["unchanged"] == 5
    assert counted(database) == before


def test_series_is_bounded_by_today(officer: Caller) -> None:
    forever = take(officer, calendar(entry("DTSTART;VALUE=DATE:19900310", "RRULE:FREQ=YEARLY")))
    assert [part["recurrence_id"] for part in forever["components"]] == ["20260310", "20270310", "20280310"]
    for day, rule in (("20300101", "FREQ=DAILY"), ("20100101", "FREQ=DAILY;COUNT=9")):
        over = one(officer, calendar(entry(f"DTSTART;VALUE=DATE:{day}", f"RRULE:{rule}", uid=day)))
        assert (over["result"], len(over["reasons"])) == ("ignored", 1)


def in_the_middle(text: str) -> bytes:
    """Folded between the octets of a letter, as programs do that count octets only."""
    letter = "ọ".encode()
    return text.encode().replace(letter, letter[:1] + b"\r\n " + letter[1:])


def quoted(text: str) -> bytes:
    """In quoted-printable with a soft break, as calendars before iCalendar have it."""
    return text.replace("SUMMARY:Họp", "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:H=E1=BB=8D=\r\np").encode()


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: text.replace("Họp", "H\r\n ọp").encode(),
        lambda text: text.encode() + text.replace("a@example.org", "b@example.org").encode(),
        in_the_middle,
        quoted,
    ],
)
def test_encodings_and_line_ends(officer: Caller, database: Database, written: Any) -> None:
    done = take(officer, written(calendar(entry()).decode()), Accept_Language="vi")
    assert {part["result"] for part in done["components"]} == {"created"}, done
    assert not done["components"][0]["reasons"]
    assert made(database).title == {"vi": "Họp giao ban"}


def test_guessed_encoding_and_missing_end_are_remarked(officer: Caller, database: Database) -> None:
    content = calendar(entry(title="Đoàn à")).decode().encode("cp1258").removesuffix(b"END:VCALENDAR\r\n")
    shown = one(officer, content)
    assert (shown["result"], len(shown["reasons"])) == ("created", 2)
    assert made(database).title == {"en": "Đoàn à"}
    cut = one(officer, calendar(entry(uid="b")).partition(b"END:VEVENT")[0])
    assert (cut["result"], "end of this entry" in cut["reasons"][0]) == ("refused", True)


def test_control_characters_and_long_titles(officer: Caller, database: Database) -> None:
    shown = one(officer, calendar(entry("LOCATION:\x0bA\u202eB", title="T\x00i\x07" + "x" * 400)))
    assert (shown["result"], "300" in shown["reasons"][0]) == ("created", True)
    event = made(database)
    assert event.title["en"].startswith("Tixx")
    assert (len(event.title["en"]), event.location) == (300, {"en": "AB"})


# Our own calendars


EVENTS: list[dict[str, Any]] = [
    {"status": EventStatus.DRAFT, "description": {"vi": "Hai\n\ndòng", "lo": "ລາວ"}, "headcount": 12},
    {"kind": EventKind.TRAINING_BATCH, "status": EventStatus.CONFIRMED, "visibility": Visibility.PUBLIC},
    {
        "kind": EventKind.ART_TROUPE_VISIT,
        "location": {"vi": "Nhà hát\nlớn", "en": "Theatre"},
        "host": "vientiane-province",
        "guest": "hai-duong",
    },
    {
        "kind": EventKind.ACTIVITY,
        "start_time": time(8),
        "end_time": time(9, 30),
        "guest": None,
        "last_day": date(2026, 12, 2),
    },
    {"kind": EventKind.ACTIVITY, "start_time": time(8), "timezone": "Asia/Vientiane"},
    {"kind": EventKind.ACTIVITY, "start_time": time(8), "end_time": time(7), "timezone": "UTC"},
    {"kind": EventKind.ACTIVITY, "start_time": time(22), "end_time": time(2), "last_day": date(2026, 12, 3)},
    {"kind": EventKind.ACTIVITY, "start_time": time(20), "end_time": time(0), "last_day": date(2026, 12, 3)},
    {"kind": EventKind.ACTIVITY, "start_time": time(20), "last_day": date(2026, 12, 2)},
    {"kind": EventKind.ACTIVITY, "start_time": time(8), "end_time": time(9), "timezone": "America/New_York"},
    {"title": {"vi": "[Dự thảo] thật", "lo": "ລາວ"}, "status": EventStatus.PLANNED},
    {"status": EventStatus.CANCELLED},
    {"status": EventStatus.POSTPONED},
]
KEPT = (
    "uid",
    "first_day",
    "last_day",
    "start_time",
    "end_time",
    "timezone",
    "visibility",
    "kind",
    "host",
    "guest",
    "headcount",
)


@pytest.fixture
def feeds(officer: Caller, database: Database) -> dict[Language, bytes]:
    """Our calendars in every language, with all the events above."""
    with database.transaction() as session:
        for values in EVENTS:
            factories.make_event(session, **({"first_day": date(2026, 12, 2), "last_day": date(2026, 12, 4)} | values))
    found = {}
    for language in Language:
        statuses = [status.value for status in EventStatus]
        feed = officer.made(
            "/feeds", {"name": "x", "locale": language.value, "filter": {"statuses": statuses}, "alarms": True}
        )
        answer = officer.client.get(feed["url"].partition("example.org")[2])
        assert answer.status_code == 200
        found[language] = answer.data
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reader", Language)
def test_own_calendar_taken_in_again_changes_nothing(
    officer: Caller, database: Database, feeds: dict[Language, bytes], language: Language, reader: Language
) -> None:
    before = counted(database)
    done = take(officer, feeds[language], Accept_Language=reader.value)
    assert [part["result"] for part in done["components"]] == ["unchanged"] * len(EVENTS), done
    assert not [reason for part in done["components"] for reason in part["reasons"] if "newer" in reason]
    assert counted(database) == before


@pytest.mark.parametrize("language", Language)
@pytest.mark.both_databases("uids that were there before")
def test_own_calendar_taken_into_an_empty_desk_is_the_same(
    officer: Caller, database: Database, feeds: dict[Language, bytes], language: Language
) -> None:
    with database.transaction() as session:
        were = {event.uid: event for event in session.exec(select(Event)).all()}
        for event in were.values():
            session.delete(event)
    done = take(officer, feeds[language])
    assert {part["result"] for part in done["components"]} == {"created", "ignored"}, done
    with database.transaction(write=False) as session:
        now = {event.uid: event for event in session.exec(select(Event)).all()}
    gone = {uid for uid, event in were.items() if event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}}
    assert set(now) == set(were) - gone
    for uid, event in now.items():
        was = were[uid]
        assert {name: getattr(event, name) for name in KEPT} == {name: getattr(was, name) for name in KEPT}
        assert event.title[language] in {*was.title.values()} | {"thật"}
        assert (event.location or {}).get(language) in {
            None,
            *(" ".join(text.split()) for text in (was.location or {}).values()),
        }
        assert bool(event.description) == bool(was.description)
        assert event.status is EventStatus.DRAFT
