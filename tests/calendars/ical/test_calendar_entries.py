"""What stands in a calendar beside events, and what people type into them: read alike by every program."""

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from calendars.ical.items_and_tasks import programme_zone, render_deleted, render_programme, render_tasks
from calendars.ical.vevent import EventFacts, render_event
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from models.vocabulary import EventStatus
from tests.calendars.ical import libical, readers
from tests.calendars.ical.samples import ARTICLE, ATHLETES, CEREMONY, FORUM, TASKS, VISIT, facts, render_calendar, whole
from tests.paths import TESTS

GOLDEN_FILES = TESTS / "data" / "ical"
WRITE_GOLDEN = "DESK_WRITE_GOLDEN"
DAY = timedelta(days=1)
READERS = readers.READERS | {"libical": libical.read_libical}
FRAME: dict[str, Any] = {
    "name": "x",
    "language": "vi",
    "zones": ["Asia/Ho_Chi_Minh"],
    "first_year": 2026,
    "last_year": 2028,
}


def unfolded(rendered: bytes) -> str:
    return rendered.replace(b"\r\n ", b"").decode()


def components(rendered: bytes, name: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(rendered).walk(name))


def items_of(*items: ProgrammeItemValues, **changes: Any) -> EventFacts:
    return replace(VISIT, programme=PublishedProgramme(1, items), **changes)


# Everything at once


@pytest.mark.parametrize("language", ["vi", "lo"])
def test_whole_calendar_has_the_golden_bytes(language: str) -> None:
    path = GOLDEN_FILES / f"whole-{language}.ics"
    if os.environ.get(WRITE_GOLDEN):
        path.write_bytes(whole(language))
        pytest.fail(f"{path.name} was written; read it over and run again without {WRITE_GOLDEN}")
    assert whole(language).decode() == path.read_bytes().decode()


@pytest.mark.parametrize("name", READERS)
def test_whole_calendar_reads_the_same_everywhere(name: str) -> None:
    expected = readers.read_icalendar(whole("lo"))
    found = READERS[name](whole("lo"))
    assert sorted(found, key=lambda one: one.uid) == sorted(expected, key=lambda one: one.uid)
    assert len(found) == 8


def test_whole_calendar_has_no_fault_for_the_validator() -> None:
    assert libical.complaints(whole("vi")) == []
    assert libical.counted(whole("vi")) == {"VEVENT": 8, "VTODO": 2, "VTIMEZONE": 1, "VFREEBUSY": 0}


def test_tasks_read_the_same_in_three_libraries() -> None:
    feed = whole("vi")
    expected = [(str(todo["UID"]), str(todo["SUMMARY"]), str(todo["STATUS"])) for todo in components(feed, "VTODO")]
    by_vobject = vobject.readOne(feed.decode()).vtodo_list
    assert [(one.uid.value, one.summary.value, one.status.value) for one in by_vobject] == expected
    assert [one[2] for one in expected] == ["NEEDS-ACTION", "COMPLETED"]


# The programme


def test_item_with_hours_is_an_entry_of_its_own_related_to_the_visit() -> None:
    _arrival, talks, _dinner = components(whole("vi"), "VEVENT")[4:7]
    assert str(talks["SUMMARY"]) == "Hội đàm với Tỉnh ủy; ký biên bản"
    assert talks.decoded("DTSTART").isoformat() == "2027-03-11T08:30:00+07:00"
    assert talks.decoded("DTEND").isoformat() == "2027-03-11T11:00:00+07:00"
    assert (str(talks["RELATED-TO"]), talks["RELATED-TO"].params["RELTYPE"]) == (VISIT.uid, "PARENT")
    assert (str(talks["LOCATION"]), str(talks["TRANSP"])) == ("Trụ sở Tỉnh ủy", "OPAQUE")


def test_item_without_hours_is_a_whole_day_that_blocks_nothing() -> None:
    arrival = components(whole("vi"), "VEVENT")[4]
    assert (arrival.decoded("DTSTART"), arrival.decoded("DTEND")) == (date(2027, 3, 10), date(2027, 3, 11))
    assert str(arrival["TRANSP"]) == "TRANSPARENT"


def test_an_item_without_end_has_no_dtend_whatever_follows() -> None:
    items = [
        ProgrammeItemValues(date(2027, 3, 11), time(18), None, {"vi": "một"}),
        ProgrammeItemValues(date(2027, 3, 11), time(18, 20), time(23, 59), {"vi": "hai"}),
    ]
    first, second = components(render_calendar([render_programme(items_of(*items), "vi")], **FRAME), "VEVENT")
    assert "DTEND" not in first
    assert f"{second.decoded('DTEND'):%H:%M}" == "23:59"


def test_item_that_moves_keeps_its_uid_and_equal_titles_have_their_own() -> None:
    day = date(2027, 3, 11)

    def uids(*items: ProgrammeItemValues) -> list[str]:
        rendered = render_calendar([render_programme(items_of(*items), "vi")], **FRAME)
        return [str(one["UID"]) for one in components(rendered, "VEVENT")]

    before = uids(
        ProgrammeItemValues(day, time(8), time(9), {"vi": "Ăn"}),
        ProgrammeItemValues(day, time(9), time(10), {"vi": "Họp"}),
    )
    after = uids(
        ProgrammeItemValues(day, time(8), time(9), {"vi": "Ăn"}),
        ProgrammeItemValues(day, time(14), time(15), {"vi": "Họp"}),
    )
    assert before == after
    twice = uids(
        ProgrammeItemValues(day, time(8), time(9), {"vi": "Ăn"}),
        ProgrammeItemValues(day, time(12), time(13), {"vi": "Ăn"}),
    )
    assert len(set(twice)) == 2


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_what_is_not_taking_place_has_no_programme(status: EventStatus) -> None:
    assert render_programme(replace(VISIT, status=status), "vi") == b""
    assert programme_zone(replace(VISIT, status=status)) == ""


def test_an_outdated_programme_has_no_entries_on_the_old_days() -> None:
    assert render_programme(VISIT, "vi") != b""
    moved = replace(VISIT, first_day=VISIT.first_day + DAY, last_day=VISIT.last_day + DAY)
    assert render_programme(moved, "vi") == b""
    assert programme_zone(moved) == ""
    longer = replace(VISIT, last_day=VISIT.last_day + DAY)
    assert render_programme(longer, "vi") == render_programme(VISIT, "vi")


def test_zone_is_told_only_where_it_is_used() -> None:
    assert programme_zone(VISIT) == "Asia/Ho_Chi_Minh"
    assert programme_zone(replace(VISIT, timezone="Etc/UTC")) == ""
    assert programme_zone(items_of(ProgrammeItemValues(date(2027, 3, 10), None, None, {"vi": "Đón đoàn"}))) == ""
    assert programme_zone(replace(VISIT, programme=None)) == ""
    assert render_programme(replace(VISIT, programme=None), "vi") == b""


# What an entry says


def test_anniversary_tells_its_number_and_grade() -> None:
    assert "Kỷ niệm 40 năm (năm tròn)" in unfolded(render_event(CEREMONY, "vi"))
    assert "(năm lẻ 5)" in unfolded(render_event(replace(CEREMONY, ordinal=65), "vi"))
    other = unfolded(render_event(replace(CEREMONY, ordinal=41), "en"))
    assert "Anniversary no. 41\\n" in other


def test_lunar_date_is_told_when_asked_for_and_known() -> None:
    told = unfolded(render_event(facts(first_day=date(2024, 9, 12), last_day=date(2024, 9, 22)), "vi", lunar=True))
    assert "Âm lịch: Ngày 10 tháng 8 năm Giáp Thìn – Ngày 20 tháng 8 năm Giáp Thìn" in told
    assert "Âm lịch" not in unfolded(render_event(facts(), "vi"))
    far = facts(first_day=date(2090, 1, 1), last_day=date(2090, 1, 2))
    assert "Âm lịch" not in unfolded(render_event(far, "vi", lunar=True))


def test_article_is_linked_and_groups_what_fulfils_it() -> None:
    rendered = render_calendar([render_event(ATHLETES, "en")], **FRAME)
    (event,) = components(rendered, "VEVENT")
    assert str(event["REFID"]) == ARTICLE.key
    assert str(event["LINK"]) == ARTICLE.url
    assert event["LINK"].params["LINKREL"] == "related"
    assert event["LINK"].params["LABEL"] == "Cooperation agreement 2024–2028, article 7"
    assert "Cooperation agreement 2024–2028\\, article 7" in unfolded(rendered)


def test_online_forum_has_a_conference() -> None:
    (event,) = components(render_calendar([render_event(FORUM, "vi")], **FRAME), "VEVENT")
    assert str(event["CONFERENCE"]) == "https://meet.example/hd-vc?room=1"
    assert event["CONFERENCE"].params["FEATURE"] == "VIDEO"
    assert b"CONFERENCE" not in render_event(VISIT, "vi")


def test_public_entry_says_nothing_of_the_offices_own() -> None:
    secret = replace(ATHLETES, programme=VISIT.programme)
    told = unfolded(render_event(secret, "vi", public=True))
    for hidden in ("desk.example/", "Sở Nội vụ", "REFID", "LINK", "Hội đàm", "Số người", "12"):
        assert (
            hidden not in told.replace("DTSTART;VALUE=DATE:20270310", "").split("DESCRIPTION:")[1].split("\r\n")[0]
        ), hidden
    assert "REFID" not in told
    assert "Tỉnh Hải Dương" in told


def test_deleted_event_is_cancelled_and_blocks_nothing() -> None:
    (event,) = components(render_calendar([render_deleted(FORUM, "vi")], **FRAME), "VEVENT")
    assert (str(event["STATUS"]), str(event["TRANSP"]), str(event["UID"])) == ("CANCELLED", "TRANSPARENT", FORUM.uid)
    assert str(event["SUMMARY"]).startswith("[Đã hủy] ")
    assert "meet.example" not in unfolded(render_deleted(FORUM, "vi"))


def test_tasks_of_what_is_called_off_are_cancelled() -> None:
    rendered = render_calendar([render_tasks(replace(VISIT, status=EventStatus.CANCELLED), TASKS, "vi")], **FRAME)
    assert [str(one["STATUS"]) for one in components(rendered, "VTODO")] == ["CANCELLED", "COMPLETED"]
    open_task, done = components(rendered, "VTODO")
    assert open_task.decoded("DUE") == date(2027, 2, 24)
    assert done.decoded("COMPLETED") == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


# What people type

NASTY = {
    "line ends": "Đoàn\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
    "a component": "BEGIN:VEVENT",
    "its end": "END:VEVENT END:VCALENDAR",
    "NUL": "Đoàn\x00 cán bộ",
    "VT and NEL": "Đoàn\x0b cán\x85 bộ",
    "LS and PS": "Đoàn\u2028 cán\u2029 bộ",
    "emoji": "Đoàn 🇻🇳🇱🇦 👩‍👩‍👧‍👦 🙏🏽",
    "2,000 Lao letters": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ" * 100,
    "signs": "a;b,c:d\"e'f=g^n^h",
    "backwards": "Đoàn \u202eນຍວ\u202c",
    "a property": "X-EVIL;VALUE=URI:http://evil.example",
    "a folded line": "Đoàn\r\n cán bộ",
}


def cleaned(text: str) -> str:
    """What is left of a text: one line, nothing that steers a terminal or a parser."""
    return re.sub(
        r"\s+", " ", re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", "", text)
    ).strip()


def nasty_calendar(text: str) -> bytes:
    event = facts(title={"vi": text}, location={"vi": text}, description={"vi": text}, host_name={"vi": text})
    visit = items_of(
        ProgrammeItemValues(
            date(2027, 3, 11), time(8), time(9), {"vi": text}, {"vi": text}, {"vi": text}, {"vi": text}
        ),
        title={"vi": text},
        article=replace(ARTICLE, number="7", agreement={"vi": text}),
    )
    tasks = [replace(TASKS[0], title={"vi": text}, responsible={"vi": text})]
    entries = [render_event(event, "vi"), render_event(visit, "vi", alarm=True), render_programme(visit, "vi")]
    entries += [render_tasks(visit, tasks, "vi"), render_deleted(replace(FORUM, title={"vi": text}), "vi")]
    return render_calendar(entries, **FRAME | {"name": text, "description": text})


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("name", READERS)
def test_what_people_type_harms_no_reader(name: str, what: str) -> None:
    found = READERS[name](nasty_calendar(NASTY[what]))
    assert len(found) == 4
    assert all(one.summary.replace("[Đã hủy] ", "") == cleaned(NASTY[what]) for one in found), found
    assert len({one.uid for one in found}) == 4


@pytest.mark.parametrize("what", NASTY)
def test_what_people_type_is_valid_and_stays_in_its_place(what: str) -> None:
    rendered = nasty_calendar(NASTY[what])
    assert libical.complaints(rendered) == []
    assert libical.counted(rendered) == {"VEVENT": 4, "VTODO": 1, "VTIMEZONE": 1, "VFREEBUSY": 0}
    assert str(components(rendered, "VTODO")[0]["SUMMARY"]) == cleaned(NASTY[what])
    plain = nasty_calendar("Đoàn cán bộ")
    names = [
        {line.partition(":")[0].partition(";")[0] for line in unfolded(one).split("\r\n")} for one in (rendered, plain)
    ]
    assert names[0] == names[1]
    assert all(len(line) <= 75 for line in rendered.split(b"\r\n"))
