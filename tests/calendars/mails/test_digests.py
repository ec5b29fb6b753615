"""The office's own mails from plain values: what stands where, in which language, and that people's texts stay text."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from calendars.days.holidays import Holiday, HolidayIndex
from calendars.days.spans import Days
from calendars.events.labels import PROGRESS_NAMES
from calendars.ical.vevent import EventFacts
from calendars.mails import digests, weekly_mail
from calendars.mails.digests import MOST_LINES, ConsoleLinks, Digest, FailedMail, ListExcerpt, OverdueTask, Risk
from calendars.mails.event_mail import MailContent, page
from calendars.mails.weekly_schedule import HalfDay, ScheduleRow, WeekSchedule, schedule
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from models.i18n import message
from models.vocabulary import EventStatus, HolidayCategory, ProgressState, ReminderPurpose
from tests.calendars.ical.samples import facts

MONDAY = date(2026, 11, 30)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
SUNDAY = MONDAY + timedelta(days=6)
SITE = ConsoleLinks("https://desk.example.org", "Asia/Ho_Chi_Minh")
LEAVE = "https://desk.example.org/unsubscribe/token"


def visit(first: date = TUESDAY, last: date | None = None, **values: Any) -> EventFacts:
    """A confirmed delegation of the week, on one day unless ``last`` is given."""
    known: dict[str, Any] = {"title": {"en": "Visit"}, "first_day": first, "last_day": last or first}
    return facts(**known | values)


def item(
    title: str, day: date = TUESDAY, start: time | None = None, end: time | None = None, **more: Any
) -> ProgrammeItemValues:
    return ProgrammeItemValues(day, start, end, {"en": title}, **more)


def rows(*events: EventFacts, holidays: tuple[Holiday, ...] = ()) -> dict[date, list[tuple[HalfDay, str, str]]]:
    """Day → half, hours and title of its lines; days without a line are left out."""
    table = schedule(WeekSchedule(MONDAY, events, holidays), "en")
    return {day.day: [(row.half, row.hours, row.what) for row in day.rows] for day in table.days if day.rows}


def only_row(event: EventFacts) -> ScheduleRow:
    (row,) = (row for day in schedule(WeekSchedule(MONDAY, [event]), "en").days for row in day.rows)
    return row


class _Structure(HTMLParser):
    """The words of a mail, and how its elements are nested."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and data.strip():
            self.words.append(data.strip())


# The week: where things stand


@pytest.mark.parametrize(
    ("start", "half"),
    [
        (None, HalfDay.WHOLE_DAY),
        (time(0), HalfDay.MORNING),
        (time(11, 59), HalfDay.MORNING),
        (time(12), HalfDay.AFTERNOON),
        (time(23, 59), HalfDay.AFTERNOON),
    ],
)
def test_halves_of_the_day_part_at_noon(start: time | None, half: HalfDay) -> None:
    shown = f"{start:%H:%M}" if start else ""
    assert rows(visit(start_time=start)) == {TUESDAY: [(half, shown, "Visit")]}
    programme = PublishedProgramme(1, (item("Talks", start=start),))
    assert rows(visit(programme=programme)) == {TUESDAY: [(half, shown, "Talks")]}


def test_an_event_stands_on_each_of_its_days_with_its_hours_at_both_ends() -> None:
    found = rows(visit(TUESDAY, THURSDAY, start_time=time(14), end_time=time(11, 30)))
    assert found == {
        TUESDAY: [(HalfDay.AFTERNOON, "14:00–", "Visit")],
        WEDNESDAY: [(HalfDay.WHOLE_DAY, "", "Visit")],
        THURSDAY: [(HalfDay.MORNING, "–11:30", "Visit")],
    }
    assert rows(visit(start_time=time(8), end_time=time(17))) == {TUESDAY: [(HalfDay.MORNING, "08:00–17:00", "Visit")]}


def test_a_published_programme_takes_the_place_of_the_event_on_its_days() -> None:
    programme = PublishedProgramme(
        2,
        (
            item("Dinner", start=time(18), end=time(20)),
            item("Talks", start=time(8), end=time(9, 30)),
            item("On the way"),
        ),
    )
    assert rows(visit(TUESDAY, WEDNESDAY, programme=programme)) == {
        TUESDAY: [
            (HalfDay.WHOLE_DAY, "", "On the way"),
            (HalfDay.MORNING, "08:00–09:30", "Talks"),
            (HalfDay.AFTERNOON, "18:00–20:00", "Dinner"),
        ],
        WEDNESDAY: [(HalfDay.WHOLE_DAY, "", "Visit")],
    }


def test_a_programme_that_the_visit_was_moved_away_from_is_not_told() -> None:
    programme = PublishedProgramme(1, (item("Talks", day=TUESDAY), item("Departure", day=WEDNESDAY)))
    moved = visit(WEDNESDAY, THURSDAY, programme=programme)
    assert rows(moved) == {
        WEDNESDAY: [(HalfDay.WHOLE_DAY, "", "Visit")],
        THURSDAY: [(HalfDay.WHOLE_DAY, "", "Visit")],
    }
    table = schedule(WeekSchedule(MONDAY, [moved]), "en")
    assert "Published before the visit was moved; a new one follows." in table.days[2].rows[0].about


def test_what_lasts_all_week_is_told_once_above_the_days() -> None:
    course = visit(MONDAY - timedelta(days=60), SUNDAY, title={"en": "Course"})
    table = schedule(WeekSchedule(MONDAY, [course]), "en")
    assert [row.what for row in table.all_week] == ["Course"]
    assert not any(day.rows for day in table.days)
    # A day less, and it stands on its days.
    assert len(rows(visit(MONDAY, SUNDAY - timedelta(days=1)))) == 6
    # Its programme of this week stands on its day all the same.
    with_talks = visit(MONDAY, SUNDAY, programme=PublishedProgramme(1, (item("Talks"),)))
    assert rows(with_talks) == {TUESDAY: [(HalfDay.WHOLE_DAY, "", "Talks")]}


@pytest.mark.parametrize(
    ("status", "takes_place", "called_off"),
    [
        (EventStatus.DRAFT, False, False),
        (EventStatus.PLANNED, True, False),
        (EventStatus.CONFIRMED, True, False),
        (EventStatus.ONGOING, True, False),
        (EventStatus.COMPLETED, True, False),
        (EventStatus.POSTPONED, False, True),
        (EventStatus.CANCELLED, False, True),
    ],
)
def test_which_events_stand_where(status: EventStatus, takes_place: bool, called_off: bool) -> None:
    table = schedule(WeekSchedule(MONDAY, [visit(status=status)]), "en")
    assert (not table.is_empty, bool(table.called_off)) == (takes_place, called_off)
    said = status is EventStatus.PLANNED
    assert any("Planned" in row.about for day in table.days for row in day.rows) == said


def test_events_of_other_weeks_are_left_out() -> None:
    before, after = visit(MONDAY - timedelta(days=1)), visit(SUNDAY + timedelta(days=1))
    assert schedule(WeekSchedule(MONDAY, [before, after]), "en").is_empty
    both = visit(MONDAY - timedelta(days=1), MONDAY), visit(SUNDAY, SUNDAY + timedelta(days=1))
    assert list(rows(*both)) == [MONDAY, SUNDAY]


def test_who_attends_and_who_prepares() -> None:
    row = only_row(visit())
    assert row.where == "Trường Chính trị tỉnh Hải Dương"
    assert row.attends == ("Host: Hải Dương Province", "Guest: Vientiane Province", "People: 12")
    assert (row.prepares, row.about) == ("Department of Home Affairs", ())
    hosted = item("Talks", hosted_by={"en": "The Chairman"}, attendees={"en": "Department of Foreign Affairs"})
    row = only_row(visit(programme=PublishedProgramme(1, (hosted,))))
    assert (row.presides, row.attends) == ("The Chairman", ("Department of Foreign Affairs",))
    assert (row.where, row.about, row.prepares) == ("", ("Visit",), "Department of Home Affairs")
    bare = visit(guest_name=None, headcount=None, organisation_name=None, location=None, host_name={})
    row = only_row(bare)
    assert (row.where, row.attends, row.prepares) == ("", (), "")


def test_holidays_of_both_countries_stand_in_their_day() -> None:
    found = HolidayIndex().between(("VN", "LA"), MONDAY, SUNDAY)
    assert {(one.day, one.country) for one in found} == {(WEDNESDAY, "LA")}
    tet = Holiday(THURSDAY, "VN", {"en": "Tết"}, HolidayCategory.PUBLIC, "office", True, None, None)
    worked = Holiday(SUNDAY, "VN", {"en": "Swapped"}, HolidayCategory.WORKDAY, "office", False, None, None)
    days = schedule(WeekSchedule(MONDAY, [], [*found, tet, worked]), "en").days
    assert {day.day: day.holidays for day in days if day.holidays} == {
        WEDNESDAY: ("Day off in Laos: Lao National Day",),
        THURSDAY: ("Day off in Viet Nam: Tết (not announced yet)",),
        SUNDAY: ("Working day in Viet Nam: Swapped",),
    }


# The week: as a mail


def test_weekly_letter_reads_well_as_text() -> None:
    talks = item("Talks", start=time(8), end=time(9, 30), place={"en": "Room 1"}, attendees={"en": "All"})
    events = [
        visit(programme=PublishedProgramme(1, (talks,))),
        visit(THURSDAY, status=EventStatus.CANCELLED, title={"en": "Fair"}),
    ]
    letter = weekly_mail.weekly(WeekSchedule(MONDAY, events), "en", LEAVE)
    assert letter.subject == "Weekly schedule 30 November – 6 December 2026"
    assert letter.text == (
        "Weekly schedule 30 November – 6 December 2026\n\n"
        "Monday, 30 November 2026\n  –\n\n"
        "Tuesday, 1 December 2026\n"
        "  Morning\n"
        "    08:00–09:30 Talks (Visit)\n"
        "      Place: Room 1\n"
        "      Attending: All\n"
        "      Prepared by: Department of Home Affairs\n\n"
        "Wednesday, 2 December 2026\n  –\n\n"
        "Thursday, 3 December 2026\n  –\n\n"
        "Friday, 4 December 2026\n  –\n\n"
        "Saturday, 5 December 2026\n  –\n\n"
        "Sunday, 6 December 2026\n  –\n\n"
        "Does not take place\n- Fair (3 December 2026 – Cancelled)\n\n"
        "You get this mail because your account gets the weekly schedule.\n"
        f"To stop it: {LEAVE}\n"
    )


def test_weekly_letter_is_a_table_with_a_heading_for_every_cell() -> None:
    programme = PublishedProgramme(
        1, (item("One", start=time(8)), item("Two", start=time(9)), item("Three", start=time(14)))
    )
    html = weekly_mail.weekly(WeekSchedule(MONDAY, [visit(programme=programme)]), "en", LEAVE).html
    found = _Structure(html)
    assert found.tags.count("table") == 1
    assert found.tags.count("tbody") == 7
    assert re.findall(r'scope="row" rowspan="(\d)"', html) == ["2", "1"]
    assert LEAVE in found.links
    # Three lines without a place: a telephone shows who attends each with its heading, and once who prepares the visit.
    assert html.count('class="label"') == 4
    assert "width=device-width" in html


def test_an_empty_week_says_so() -> None:
    empty = weekly_mail.weekly(WeekSchedule(MONDAY, []), "en")
    assert "Nothing is planned for this week." in empty.text
    assert "<table" not in empty.html
    assert "To stop it" not in empty.text
    with_holiday = weekly_mail.weekly(WeekSchedule(MONDAY, [], HolidayIndex().between(("LA",), MONDAY, SUNDAY)), "en")
    assert "Nothing is planned for this week." in with_holiday.html
    assert with_holiday.text.count("December") == 2, "the heading and the one day that has a name"
    assert "Nothing is planned" not in weekly_mail.weekly(WeekSchedule(MONDAY, [visit()]), "en").text


@pytest.mark.parametrize(
    ("language", "day"),
    [("vi", "Thứ Ba, 01/12/2026"), ("lo", "ວັນອັງຄານ, 1 ທັນວາ 2026"), ("en", "Tuesday, 1 December 2026")],
)
def test_weekly_letter_in_each_language(language: str, day: str) -> None:
    letter = weekly_mail.weekly(WeekSchedule(MONDAY, [visit()]), language)
    assert day in letter.text
    assert day in letter.html
    assert f'lang="{language}"' in letter.html


# Lists


def task(number: int = 1, **values: Any) -> OverdueTask:
    known: dict[str, Any] = {"title": {"en": f"Task {number}"}, "event": {"en": "Visit"}, "due_day": date(2026, 11, 20)}
    return OverdueTask(**known | values)


RISK = Risk(
    "agreement-id",
    {"vi": "Thỏa thuận 2024–2028", "en": "Agreement 2024–2028"},
    "3",
    {"en": "Training batches"},
    PROGRESS_NAMES[ProgressState.AT_RISK],
    message("The diary holds less than what falls due by {day}.", day="31/12/2026"),
)
FAILED = FailedMail(
    "reminder-id",
    "wrong@example.org",
    ReminderPurpose.REMINDER,
    "The mail server refused this mail: 550 unknown user",
    datetime(2026, 11, 29, 3, tzinfo=UTC),
    {"en": "Visit"},
    Days(TUESDAY, WEDNESDAY),
)


def test_digest_tells_tasks_promises_and_mails() -> None:
    listed = ListExcerpt.of([task(responsible=["Nguyễn Văn An", {"en": "Department"}]), task(2)])
    told = Digest(MONDAY, listed, ListExcerpt.of([RISK]), ListExcerpt.of([FAILED]))
    letter = digests.digest(told, SITE, "en", LEAVE)
    assert letter.subject == "What wants attention – 30 November 2026"
    assert letter.text == (
        "What wants attention – 30 November 2026\n\n"
        "Overdue tasks: 2\n"
        "- Task 1\n  Visit\n  Due: 20 November 2026\n  Responsible: Nguyễn Văn An, Department\n"
        "- Task 2\n  Visit\n  Due: 20 November 2026\n  Nobody is responsible yet.\n"
        "Read more: https://desk.example.org/tasks\n\n"
        "Commitments at risk or missed this year: 1\n"
        "- Article 3 – Training batches\n"
        "  At risk: The diary holds less than what falls due by 31/12/2026.\n"
        "  Agreement 2024–2028\n"
        "  https://desk.example.org/agreements/agreement-id\n"
        "Read more: https://desk.example.org/agreements\n\n"
        "Mails that did not arrive and nobody has looked at: 1\n"
        "- wrong@example.org – Reminder: Visit – 1–2 December 2026\n"
        "  Answer: The mail server refused this mail: 550 unknown user\n"
        "  Given up at 10:00, 29 November 2026\n"
        "  https://desk.example.org/reminders/reminder-id\n"
        "Read more: https://desk.example.org/reminders?state=failed\n\n"
        "You get this mail because your account gets the daily digest.\n"
        f"To stop it: {LEAVE}\n"
    )
    assert set(_Structure(letter.html).links) == {
        "https://desk.example.org/tasks",
        "https://desk.example.org/agreements/agreement-id",
        "https://desk.example.org/agreements",
        "https://desk.example.org/reminders/reminder-id",
        "https://desk.example.org/reminders?state=failed",
        LEAVE,
    }


def test_digest_leaves_out_what_there_is_nothing_of() -> None:
    nothing: ListExcerpt[Any] = ListExcerpt()
    assert Digest(MONDAY, nothing, nothing, nothing).is_empty
    only_tasks = Digest(MONDAY, ListExcerpt.of([task()]), nothing, nothing)
    assert not only_tasks.is_empty
    text = digests.digest(only_tasks, SITE, "en").text
    assert "Overdue tasks: 1" in text
    assert not any(word in text for word in ("Commitments", "Mails", "To stop it"))


@pytest.mark.parametrize("total", [MOST_LINES - 1, MOST_LINES, MOST_LINES + 1, 5000])
def test_so_many_lines_then_how_many_more(total: int) -> None:
    first = [task(number) for number in range(min(total, MOST_LINES + 5))]
    letter = digests.digest(Digest(MONDAY, ListExcerpt(first, total), ListExcerpt(), ListExcerpt()), SITE, "en")
    assert letter.text.count("- Task") == min(total, MOST_LINES)
    assert letter.html.count("<li") == min(total, MOST_LINES)
    more = f"… and {total - MOST_LINES} more: https://desk.example.org/tasks"
    assert (more in letter.text) == (total > MOST_LINES)
    assert ("Read more" in letter.text) == (total <= MOST_LINES)


def test_escalation_says_what_to_do() -> None:
    weekly = FailedMail("other", "old@example.org", ReminderPurpose.WEEKLY, "", FAILED.since)
    letter = digests.escalation(ListExcerpt.of([FAILED, weekly]), SITE, "en")
    assert letter.subject == "Mails that did not arrive: 2"
    assert "Tell the people in another way" in letter.text
    assert "- old@example.org – Weekly schedule\n  Answer: –\n" in letter.text
    assert "https://desk.example.org/reminders?state=failed" in _Structure(letter.html).links


def test_failure_names_the_mail_and_that_nothing_follows() -> None:
    letter = digests.failure(FAILED, SITE, "en")
    assert letter.subject == "Did not arrive: wrong@example.org – Visit"
    assert "It is not tried again" in letter.text
    assert "550 unknown user" in letter.text
    assert "1–2 December 2026" in letter.text
    assert _Structure(letter.html).links == ["https://desk.example.org/reminders/reminder-id"]


@pytest.mark.parametrize(
    ("language", "day", "answer", "state"),
    [
        ("vi", "01–02/12/2026", "Máy chủ thư từ chối thư này: 550 unknown user", "Có nguy cơ chậm"),
        ("lo", "1–2 ທັນວາ 2026", "ເຊີບເວີອີເມວປະຕິເສດອີເມວນີ້: 550 unknown user", "ສ່ຽງຊັກຊ້າ"),
    ],
)
def test_lists_in_each_language(language: str, day: str, answer: str, state: str) -> None:
    letter = digests.digest(
        Digest(MONDAY, ListExcerpt(), ListExcerpt.of([RISK]), ListExcerpt.of([FAILED])), SITE, language
    )
    for words in (day, answer, state):
        assert words in letter.text
        assert words in letter.html


# What people write stays text

EVIL = '</title><script>alert(1)</script>\r\nBcc: x@example.org\u2028"&'


def evil_letters() -> list[MailContent]:
    text = {"en": EVIL}
    event = visit(
        title=text, location=text, host_name=text, guest_name=text, organisation_name=text,
        programme=PublishedProgramme(1, (item(EVIL, place=text, hosted_by=text, attendees=text),)),
    )  # fmt: skip
    off = visit(title=text, status=EventStatus.POSTPONED)
    named = Holiday(TUESDAY, "VN", text, HolidayCategory.FESTIVAL, "office", False, None, None)
    failed = FailedMail("id", "a@example.org", ReminderPurpose.REMINDER, EVIL, FAILED.since, text, None)
    tasks = ListExcerpt.of([task(title=text, event=text, responsible=[EVIL, text])])
    risk = Risk("id", text, EVIL, text, text, message("{day}", day=EVIL))
    return [
        weekly_mail.weekly(WeekSchedule(MONDAY, [event, visit(WEDNESDAY, title=text), off], [named]), "en"),
        digests.digest(Digest(MONDAY, tasks, ListExcerpt.of([risk]), ListExcerpt.of([failed])), SITE, "en"),
        digests.escalation(ListExcerpt.of([failed]), SITE, "en"),
        digests.failure(failed, SITE, "en"),
    ]


@pytest.mark.parametrize("letter", evil_letters(), ids=["weekly", "digest", "escalation", "failure"])
def test_texts_of_people_are_text_on_one_line(letter: MailContent) -> None:
    assert "<script" not in letter.html
    assert "script" not in _Structure(letter.html).tags
    assert "&lt;script&gt;" in letter.html
    assert "\r" not in letter.text + letter.subject
    assert "\n" not in letter.subject
    assert not any(line.startswith("Bcc:") for line in letter.text.splitlines())


def test_the_guard_sees_text_that_is_not_escaped() -> None:
    """The negative control of the test above: markup put into a page as it is."""
    assert "script" in _Structure(page("en", "x", "<p><script>alert(1)</script></p>")).tags


def test_very_long_texts_are_cut() -> None:
    row = only_row(visit(title={"en": "x" * 5000}))
    assert len(row.what) == 300
    assert row.what.endswith("…")
