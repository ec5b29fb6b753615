"""Events to iCalendar: golden bytes, five readers, a validator, and what no client forgives."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from calendars.days.spans import event_span
from calendars.ical.items_and_tasks import render_programme
from calendars.ical.vcalendar import calendar_head
from calendars.ical.vevent import EventFacts, describe, dtstart_dtend, render_event, summary, zones_of
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from models.vocabulary import EventKind, EventStatus, Visibility
from tests.calendars.ical import readers
from tests.calendars.ical.libical import complaints, read_libical
from tests.calendars.ical.readers import Read, read_ical_js
from tests.calendars.ical.samples import (
    CANCELLED,
    GOLDEN,
    INTERNAL,
    MEETING,
    NEW_YORK,
    TRAINING,
    TROUPE,
    VISIT,
    calendar,
    facts,
    render_calendar,
)
from tests.paths import TESTS

PYTHON_READERS = readers.PYTHON_READERS | {"libical": read_libical}
READERS = readers.READERS | {"libical": read_libical}
GOLDEN_FILES = TESTS / "data" / "ical"
WRITE_GOLDEN = "DESK_WRITE_GOLDEN"
FEED = (TRAINING, TROUPE, CANCELLED, MEETING, NEW_YORK, INTERNAL, VISIT)
STATUS = {"draft": "TENTATIVE", "planned": "TENTATIVE", "postponed": "CANCELLED", "cancelled": "CANCELLED"}


def vevent(event: EventFacts, language: str = "vi", *, alarm: bool = False) -> Event:
    """The rendered event, read back by the library."""
    (found,) = Calendar.from_ical(calendar(event, language=language, alarm=alarm)).walk("VEVENT")
    assert isinstance(found, Event)
    return found


def promised(event: EventFacts, language: str) -> Read:
    """What every reader has to find of an event."""
    if event.all_day:
        start, end = event.first_day, event.last_day + timedelta(days=1)
    else:
        span = event_span(event.first_day, event.last_day, event.start_time, event.end_time, event.timezone)
        is_open = event.end_time is None and event.first_day == event.last_day
        start, end = span.start, span.start if is_open else span.end
    status = STATUS.get(event.status, "CONFIRMED")
    return Read(event.uid, event.sequence, status, summary(event, language), start, end, event.all_day)


def by_uid(events: list[Read]) -> list[Read]:
    return sorted(events, key=lambda event: event.uid)


# Golden files


@pytest.mark.parametrize("name", GOLDEN)
def test_bytes_are_the_golden_ones(name: str) -> None:
    """A change here changes every subscriber's calendar; DESK_WRITE_GOLDEN=1 writes the files anew, to be read over."""
    event, language, alarm = GOLDEN[name]
    path = GOLDEN_FILES / f"{name}.ics"
    rendered = calendar(event, language=language, alarm=alarm)
    if os.environ.get(WRITE_GOLDEN):
        path.write_bytes(rendered)
        pytest.fail(f"{path.name} was written; read it over and run again without {WRITE_GOLDEN}")
    assert rendered.decode() == path.read_bytes().decode()


@pytest.mark.parametrize("name", GOLDEN)
def test_validator_finds_nothing(name: str) -> None:
    event, language, alarm = GOLDEN[name]
    assert complaints(calendar(event, language=language, alarm=alarm)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"STATUS:CONFIRMED", b"STATUS:MAYBE"), (b"DTSTAMP:2026", b"DTSTAMP:XXXX"), (b"UID:", b"X-UID:")],
)
def test_validator_sees_what_is_wrong(right: bytes, wrong: bytes) -> None:
    """The negative control."""
    assert complaints(calendar(TRAINING).replace(right, wrong)) != []


def test_every_golden_file_is_tested() -> None:
    assert {path.stem for path in GOLDEN_FILES.glob("*.ics")} == {*GOLDEN, "whole-vi", "whole-lo"}


# Readers


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
@pytest.mark.parametrize("language", ["vi", "lo", "en"])
def test_feed_reads_the_same_everywhere(read: Callable[[bytes], list[Read]], language: str) -> None:
    found = read(calendar(*FEED, language=language, alarm=True))
    assert by_uid(found) == by_uid([promised(event, language) for event in FEED])


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_feed_without_events_can_be_read(read: Callable[[bytes], list[Read]]) -> None:
    assert read(calendar()) == []


# ics 0.7 reads an escaped backslash before an n as a line end, so the texts all four must read have none.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\"), max_size=120)
lines = st.tuples(st.sampled_from(["Đoàn", "ຄະນະ", "Team,; “x”"]), texts).map(" ".join)
clock_times = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))


@st.composite
def any_facts(draw: st.DrawFn) -> EventFacts:
    """An event with arbitrary text and hours, its days in 2026 to 2028, as the calendar of the samples covers them."""
    first = draw(st.dates(date(2026, 1, 2), date(2028, 11, 1)))
    last = first + timedelta(days=draw(st.integers(0, 40)))
    start, end = draw(clock_times), draw(clock_times)
    if start and end and first == last and end < start:
        start, end = end, start
    return facts(
        uid=f"{draw(st.uuids())}@desk.example",
        sequence=draw(st.integers(0, 10_000)),
        kind=draw(st.sampled_from(EventKind)),
        status=draw(st.sampled_from(EventStatus)),
        visibility=draw(st.sampled_from(Visibility)),
        title={"vi": draw(lines)},
        description=draw(st.none() | st.fixed_dictionaries({"vi": texts})),
        location=draw(st.none() | st.fixed_dictionaries({"lo": texts})),
        first_day=first,
        last_day=last,
        start_time=start,
        end_time=end,
        # No skipped and no repeated hours: those have tests of their own.
        timezone="Asia/Vientiane",
        headcount=draw(st.none() | st.integers(0, 500)),
    )


@pytest.mark.parametrize("read", PYTHON_READERS.values(), ids=list(PYTHON_READERS))
@given(event=any_facts())
def test_any_event_survives_rendering_and_reading(read: Callable[[bytes], list[Read]], event: EventFacts) -> None:
    assert read(calendar(event)) == [promised(event, "vi")]


@settings(max_examples=10)
@given(events=st.lists(any_facts(), min_size=5, max_size=20, unique_by=lambda event: event.uid))
def test_any_event_survives_rendering_and_reading_by_ical_js(events: list[EventFacts]) -> None:
    assert by_uid(read_ical_js(calendar(*events))) == by_uid([promised(event, "vi") for event in events])


@pytest.mark.parametrize("read", [read for name, read in READERS.items() if name != "ics"])
def test_backslashes_survive(read: Callable[[bytes], list[Read]]) -> None:
    title = "C:\\new, a\\; b\\\\n; c\\"
    assert [event.summary for event in read(calendar(facts(title={"vi": title})))] == [title]


# Lines


def assert_lines(rendered: bytes) -> None:
    assert rendered.endswith(b"\r\n")
    lines = rendered.split(b"\r\n")
    for line in lines:
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # a fold inside a character would fail here


@given(event=any_facts())
def test_lines_are_short_whole_characters_and_end_with_crlf(event: EventFacts) -> None:
    assert_lines(calendar(event, alarm=True))


@pytest.mark.parametrize("shift", range(4))
def test_folding_splits_no_character_wherever_it_falls(shift: int) -> None:
    title = "x" * shift + "ສະບາຍດີ" * 40 + "ấ" * 100 + "😀" * 50
    event = facts(title={"vi": title})
    assert_lines(calendar(event))
    assert str(vevent(event)["SUMMARY"]) == title


CONTROL = "".join(map(chr, [*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0xFEFF]))


@pytest.mark.parametrize("field", ["title", "description", "location", "host_name", "guest_name", "organisation_name"])
def test_control_characters_never_get_in(field: str) -> None:
    nasty = f"a{CONTROL}b\r\nEND:VEVENT\r\nX-EVIL:1\nc"
    clean_lines = set(calendar(facts(**{field: {"vi": "abc"}})).decode().split("\r\n"))
    rendered = calendar(facts(**{field: {"vi": nasty}})).decode()
    assert not set(rendered) & (set(CONTROL) - {"\r"})
    assert_lines(rendered.encode())
    names = {line.split(":")[0].split(";")[0] for line in rendered.split("\r\n") if not line.startswith(" ")}
    assert names == {line.split(":")[0].split(";")[0] for line in clean_lines if not line.startswith(" ")}


def test_url_cannot_break_out_of_its_line() -> None:
    rendered = calendar(facts(url="https://desk.example/\r\nX-EVIL:1"))
    assert b"\r\nX-EVIL" not in rendered
    assert_lines(rendered)


# One event


def test_same_facts_give_same_bytes_and_a_change_gives_others() -> None:
    assert render_event(TRAINING, "vi") == render_event(facts(), "vi")
    others: list[dict[str, Any]] = [
        {"sequence": 3},
        {"status": EventStatus.COMPLETED},
        {"visibility": Visibility.INTERNAL},
        {"title": {"vi": "Khác"}},
        {"last_day": date(2027, 3, 22)},
        {"location": None},
        {"headcount": 13},
        {"updated_at": datetime(2026, 11, 21, tzinfo=UTC)},
    ]
    assert len({render_event(facts(**change), "vi") for change in others} - {render_event(TRAINING, "vi")}) == 8


def test_whole_days_are_dates_with_an_exclusive_end() -> None:
    text = render_event(TRAINING, "vi").decode()
    assert "\r\nDTSTART;VALUE=DATE:20270310\r\n" in text
    assert "\r\nDTEND;VALUE=DATE:20270322\r\n" in text
    assert "\r\nTRANSP:TRANSPARENT\r\n" in text


def test_hours_are_wall_times_of_their_zone() -> None:
    text = render_event(NEW_YORK, "en").decode()
    assert "\r\nDTSTART;TZID=America/New_York:20270314T013000\r\n" in text
    assert "\r\nDTEND;TZID=America/New_York:20270314T033000\r\n" in text
    assert "\r\nTRANSP:OPAQUE\r\n" in text


@pytest.mark.parametrize(
    ("day", "host_name", "changed_by"),
    [(date(2025, 6, 30), "Hải Dương", "organisation"), (date(2025, 7, 1), "Hải Phòng", "hai-phong")],
)
def test_facts_name_a_locality_as_it_is_called_on_the_first_day(day: date, host_name: str, changed_by: str) -> None:
    stamps = {
        name: datetime(2026, 11, number, tzinfo=UTC)
        for number, name in enumerate(("event", "guest", "hai-duong", "organisation", "hai-phong"), 1)
    }

    def place(code: str, name: str, successor: str | None = None, succeeded_on: date | None = None) -> Any:
        return SimpleNamespace(
            name={"vi": name}, successor=successor, succeeded_on=succeeded_on, updated_at=stamps[code]
        )

    row = SimpleNamespace(
        **{name: getattr(MEETING, name) for name in MEETING.__dataclass_fields__}
        | {"first_day": day, "host": "hai-duong", "guest": "guest", "updated_at": stamps["event"]}
        | {"changed_since_confirmed": False, "arrives_on": day, "departs_on": day}
    )
    found = EventFacts.of(
        row,
        localities={
            "hai-duong": place("hai-duong", "Hải Dương", "hai-phong", date(2025, 7, 1)),
            "hai-phong": place("hai-phong", "Hải Phòng"),
            "guest": place("guest", "Viêng Chăn"),
        },
        organisation=SimpleNamespace(name={"vi": "Sở Ngoại vụ"}, updated_at=stamps["organisation"]),
        revision=SimpleNamespace(number=2, first_day=None, items=[item.to_json() for item in VISIT.programme.items]),
        url="https://desk.example/events/1",
    )
    assert (found.host_name, found.guest_name) == ({"vi": host_name}, {"vi": "Viêng Chăn"})
    assert found.organisation_name == {"vi": "Sở Ngoại vụ"}
    assert found.programme == PublishedProgramme(2, VISIT.programme.items)
    assert found.updated_at == stamps[changed_by]


def wall(hour: int, minute: int = 0, day: int = 14, zone: str = "Asia/Vientiane") -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("last", "start", "end", "zone", "expected"),
    [
        (14, None, None, "Asia/Vientiane", (date(2027, 3, 14), date(2027, 3, 15))),
        (21, None, None, "Asia/Vientiane", (date(2027, 3, 14), date(2027, 3, 22))),
        (14, time(14), time(15, 30), "Asia/Vientiane", (wall(14), wall(15, 30))),
        (16, time(14), time(9), "Asia/Vientiane", (wall(14), wall(9, day=16))),
        # A start whose end nobody knows has no DTEND on a single day, and ends with the last of several.
        (14, time(14), None, "Asia/Vientiane", (wall(14), None)),
        (16, time(14), None, "Asia/Vientiane", (wall(14), wall(0, day=17))),
        (14, time(23, 30), None, "Asia/Vientiane", (wall(23, 30), None)),
        (14, time(22), time(2), "Asia/Vientiane", (wall(22), wall(2, day=15))),
        (14, time(20), time(0), "Asia/Vientiane", (wall(20), wall(0, day=15))),
        (15, time(20), time(0), "Asia/Vientiane", (wall(20), wall(0, day=15))),
        # 02:30 is skipped that night: the length stays.
        (14, time(2, 30), time(3), "America/New_York",
         (wall(3, 30, zone="America/New_York"), wall(4, zone="America/New_York"))),
        (14, None, time(9), "Asia/Vientiane", (wall(0), wall(9))),
        (14, time(0), time(0), "Asia/Vientiane", (wall(0), wall(0, day=15))),
        # 02:30 is skipped that night
        (14, time(2, 30), time(5), "America/New_York",
         (wall(3, 30, zone="America/New_York"), wall(5, zone="America/New_York"))),
        (14, time(14), time(15), "UTC", (wall(14, zone="UTC"), wall(15, zone="UTC"))),
        (14, time(14), time(15), "Etc/UTC", (wall(14, zone="UTC"), wall(15, zone="UTC"))),
    ],
)  # fmt: skip
def test_dtstart_and_dtend(
    last: int, start: time | None, end: time | None, zone: str, expected: tuple[date, date]
) -> None:
    found = dtstart_dtend(date(2027, 3, 14), date(2027, 3, last), start, end, zone)
    assert found == expected
    assert [type(one) for one in found] == [type(one) for one in expected]


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_hours_in_utc_need_no_timezone(zone: str) -> None:
    day = date(2027, 3, 14)
    event = facts(first_day=day, last_day=day, start_time=time(14), end_time=time(15), timezone=zone)
    text = render_event(event, "vi").decode()
    assert "\r\nDTSTART:20270314T140000Z\r\n" in text
    assert "\r\nDTEND:20270314T150000Z\r\n" in text


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        (date(2027, 3, 14), date(2027, 3, 13), None, None),
        (date(2027, 3, 14), date(2027, 3, 13), time(8), time(9)),
        (date(9999, 12, 31), date(9999, 12, 31), time(9), time(8)),
        (date(9999, 12, 31), date(9999, 12, 31), None, None),
    ],
)
def test_dtend_needs_days_and_hours_in_order(first: date, last: date, start: time | None, end: time | None) -> None:
    with pytest.raises(ValueError, match=r"is before the|end of the calendar"):
        dtstart_dtend(first, last, start, end, "Asia/Vientiane")


HOURS = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 30)),
    hours=st.tuples(HOURS, HOURS),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_an_event_and_an_item_of_its_programme_have_the_same_times(
    day: date, hours: tuple[time | None, time | None], zone: str
) -> None:
    start, end = hours
    item = ProgrammeItemValues(day, start, end, {"vi": "Hội đàm"})
    event = facts(
        first_day=day,
        last_day=day,
        start_time=start,
        end_time=end,
        timezone=zone,
        programme=PublishedProgramme(1, (item,)),
    )
    shown = [
        [line for line in rendered.decode().split("\r\n") if line.startswith(("DTSTART", "DTEND", "TRANSP"))]
        for rendered in (render_event(event, "vi"), render_programme(event, "vi"))
    ]
    assert len(shown[0]) == (2 if start is not None and end is None else 3)
    assert shown[0] == shown[1]


def test_stamps_are_the_last_change_to_the_second() -> None:
    text = render_event(TRAINING, "vi").decode()
    assert "\r\nDTSTAMP:20261120T081559Z\r\n" in text
    assert "\r\nLAST-MODIFIED:20261120T081559Z\r\n" in text
    assert "\r\nCREATED:20261102T013000Z\r\n" in text


@pytest.mark.parametrize("status", EventStatus)
def test_status(status: EventStatus) -> None:
    assert str(vevent(facts(status=status))["STATUS"]) == STATUS.get(status, "CONFIRMED")


@pytest.mark.parametrize(
    ("status", "vi", "lo", "en"),
    [
        (EventStatus.DRAFT, "[Dự thảo] Đoàn", "[ຮ່າງ] ຄະນະ", "[Draft] Team {x}"),
        (EventStatus.PLANNED, "Đoàn", "ຄະນະ", "Team {x}"),
        (EventStatus.CONFIRMED, "Đoàn", "ຄະນະ", "Team {x}"),
        (EventStatus.POSTPONED, "[Hoãn] Đoàn", "[ເລື່ອນ] ຄະນະ", "[Postponed] Team {x}"),
        (EventStatus.CANCELLED, "[Đã hủy] Đoàn", "[ຍົກເລີກ] ຄະນະ", "[Cancelled] Team {x}"),
    ],
)
def test_title_is_marked_in_each_language(status: EventStatus, vi: str, lo: str, en: str) -> None:
    event = facts(status=status, title={"vi": "Đoàn", "lo": "ຄະນະ", "en": "Team {x}"})
    assert [str(vevent(event, language)["SUMMARY"]) for language in ("vi", "lo", "en")] == [vi, lo, en]


def test_internal_is_private() -> None:
    assert str(vevent(TRAINING)["CLASS"]) == "PUBLIC"
    assert str(vevent(INTERNAL)["CLASS"]) == "PRIVATE"


def test_category_is_the_kinds_name_whole() -> None:
    assert vevent(TRAINING)["CATEGORIES"].cats == ["Đợt đào tạo, bồi dưỡng"]
    assert vevent(TRAINING, "en")["CATEGORIES"].cats == ["Training batch"]


def test_description_tells_what_is_known() -> None:
    assert describe(TRAINING, "en").split("\n") == [
        "Nội dung: xây dựng Đảng; kinh nghiệm điều hành.",  # has no English, falls back
        "Kinh phí: Hải Dương, gồm ăn, ở và đi lại.",
        "",
        "Host: Hải Dương Province",
        "Guest: Vientiane Province",
        "Responsible: Department of Home Affairs",
        "People: 12",
        "When: 10–21 March 2027",
        "Status: Confirmed",
        "https://desk.example/events/01jd0training",
    ]


def test_description_leaves_out_what_is_not_known() -> None:
    event = facts(description=None, guest_name=None, organisation_name=None, headcount=None, url=None)
    assert describe(event, "en").split("\n") == [
        "Host: Hải Dương Province",
        "When: 10–21 March 2027",
        "Status: Confirmed",
    ]


@pytest.mark.parametrize(
    ("last", "start", "end", "expected"),
    [
        (10, time(8, 30), time(11), "08:30–11:00, 10 March 2027"),
        (10, time(8, 30), None, "08:30, 10 March 2027"),
        (10, None, time(11), "–11:00, 10 March 2027"),
        (10, time(22), time(2), "22:00, 10 March 2027 – 02:00, 11 March 2027"),
        (11, time(20), time(0), "20:00–00:00, 10 March 2027"),
        (12, time(8, 30), time(11), "08:30, 10 March 2027 – 11:00, 12 March 2027"),
        (12, time(8, 30), None, "08:30, 10 March 2027 – 12 March 2027"),
    ],
)
def test_description_tells_hours(last: int, start: time | None, end: time | None, expected: str) -> None:
    event = facts(last_day=date(2027, 3, last), start_time=start, end_time=end)
    assert f"When: {expected}" in describe(event, "en").split("\n")


def test_description_ends_with_the_programme() -> None:
    without = replace(VISIT, programme=None)
    assert describe(VISIT, "vi").split("\n") == [
        *describe(without, "vi").split("\n"),
        "",
        "Chương trình (Điều chỉnh lần 1)",
        "10/3/2027",
        "Đón đoàn – Sân bay quốc tế Nội Bài, Hà Nội",
        "11/3/2027",
        "08:30–11:00 Hội đàm với Tỉnh ủy; ký biên bản – Trụ sở Tỉnh ủy",
        "18:00 Chiêu đãi",
    ]


@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_what_is_called_off_has_no_programme(status: EventStatus) -> None:
    event = replace(VISIT, status=status)
    assert render_event(event, "vi") == render_event(replace(event, programme=None), "vi")


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_longest_programme_can_be_read(read: Callable[[bytes], list[Read]]) -> None:
    line = ProgrammeItemValues(VISIT.first_day, time(8), time(9), {"lo": "ພົບປະ" * 60}, {"lo": "ຫ້ອງການ, " * 2000})
    event = replace(VISIT, programme=PublishedProgramme(3, (line,) * 500))
    rendered = calendar(event, language="lo")
    assert_lines(rendered)
    assert len(rendered) < 150_000
    assert [one.uid for one in read(rendered)] == [event.uid]


def test_nobody_coming_is_told_too() -> None:
    assert "People: 0" in describe(facts(headcount=0), "en").split("\n")


@pytest.mark.parametrize(("event", "trigger"), [(TRAINING, timedelta(hours=-15)), (MEETING, timedelta(days=-1))])
def test_alarm_has_its_own_uid(event: EventFacts, trigger: timedelta) -> None:
    found = vevent(event, "lo", alarm=True)
    (alarm,) = found.walk("VALARM")
    assert alarm.decoded("TRIGGER") == trigger
    assert str(alarm["ACTION"]) == "DISPLAY"
    assert str(alarm["DESCRIPTION"]) == event.title["lo"]
    assert str(alarm["UID"]) == f"alarm-{event.uid}"
    assert str(found["UID"]) == event.uid
    assert not vevent(event).walk("VALARM")


@pytest.mark.parametrize("status", EventStatus)
def test_alarm_only_for_what_people_are_reminded_of(status: EventStatus) -> None:
    alarms = vevent(facts(status=status), alarm=True).walk("VALARM")
    assert len(alarms) == (status in {"planned", "confirmed", "ongoing"})


# The calendar around them


def test_calendar_properties() -> None:
    rendered = render_calendar(
        [],
        name="Lịch tuần,\r\ncông tác",
        language="vi",
        zones=["Asia/Vientiane"],
        first_year=2026,
        last_year=2026,
        description="Việt – Lào\nSở Ngoại vụ",
    )
    assert rendered.decode().split("BEGIN:VTIMEZONE")[0].split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Protocol Desk//Protocol Desk//VI",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION:Việt – Lào\\nSở Ngoại vụ",
        "X-WR-CALDESC:Việt – Lào\\nSở Ngoại vụ",
        "NAME:Lịch tuần\\, công tác",
        "X-WR-CALNAME:Lịch tuần\\, công tác",
        "COLOR:crimson",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:Asia/Vientiane",
        "",
    ]
    assert rendered.endswith(b"END:VTIMEZONE\r\nEND:VCALENDAR\r\n")


def test_calendar_describes_each_zone_once_and_never_utc() -> None:
    head = calendar_head(
        name="x",
        language="en",
        zones=["Asia/Vientiane", "Etc/UTC", "America/New_York", "Asia/Vientiane"],
        first_year=2027,
        last_year=2027,
    ).decode()
    assert [line for line in head.split("\r\n") if line.startswith("TZID")] == [
        "TZID:Asia/Vientiane",
        "TZID:America/New_York",
    ]


def test_calendar_needs_no_zone() -> None:
    rendered = render_calendar(
        [render_event(TRAINING, "vi")], name="x", language="vi", zones=[], first_year=2027, last_year=2027
    )
    assert b"TIMEZONE" not in rendered
    assert len(Calendar.from_ical(rendered).walk("VEVENT")) == 1


def test_fragments_are_joined_untouched_in_order() -> None:
    fragments = [render_event(event, "vi") for event in (TROUPE, TRAINING)]
    assert fragments[0] + fragments[1] + b"END:VCALENDAR\r\n" in calendar(TROUPE, TRAINING)


@pytest.mark.parametrize(
    ("event", "zones"),
    [
        (TRAINING, ()),
        (MEETING, ("Asia/Vientiane",)),
        (facts(end_time=time(9)), ("Asia/Ho_Chi_Minh",)),
        (facts(start_time=time(9), timezone="UTC"), ()),
    ],
)
def test_zones_of(event: EventFacts, zones: tuple[str, ...]) -> None:
    assert zones_of(event) == zones
    needed = {
        line.split("=")[1].split(":")[0] for line in render_event(event, "vi").decode().split("\r\n") if "TZID=" in line
    }
    assert needed == set(zones)
