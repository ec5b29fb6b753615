"""The calendar and the week's sheet: what stands where, what is hidden, filters that stay, bounds that lose nothing."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from calendars.programmes.items import ProgrammeItemValues
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.holidays import OfficeHoliday
from models.vocabulary import EventKind, EventStatus, HolidayCategory, Language, Role, Visibility
from tests import factories
from tests.service.web.test_pages import Browser, browser, count_queries, make_event, signed_in, words

__all__ = ["browser", "signed_in"]

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
VIEWS = ("month", "week", "day", "year")
SignedIn = Callable[..., Browser]


def page_of(reader: Browser, address: str) -> str:
    answer = reader.get(address)
    assert answer.status_code == 200
    return answer.text


def part(html: str, begin: str, end: str) -> str:
    """What stands between two marks of a page."""
    return html.partition(begin)[2].partition(end)[0]


def grid(html: str) -> str:
    """The table of a month or week, without the list telephones show."""
    return part(html, '<table class="calendar', "</table>")


def counted(html: str) -> int:
    """All that "More: n" says together."""
    return sum(map(int, re.findall(r"More: (\d+)", html)))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("view", VIEWS)
def test_every_role_sees_visits_in_every_view(signed_in: SignedIn, database: Database, role: Role, view: str) -> None:
    event = make_event(database, title={"en": "Delegation of women"}, first_day=MONDAY, last_day=MONDAY + 2 * DAY)
    html = page_of(signed_in(role, locale=Language.EN), f"/calendar?view={view}&day=2026-11-24")
    assert "Delegation of women" in html
    assert f'href="/events/{event}"' in html
    assert "Events on these days: 1" in html


@pytest.mark.parametrize("address", ["/calendar", "/week"])
def test_nobody_who_is_not_signed_in_sees_it(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


@pytest.mark.parametrize("address", [*(f"/calendar?view={view}" for view in VIEWS), "/week"])
def test_hidden_events_are_not_there(signed_in: SignedIn, database: Database, address: str) -> None:
    with database.transaction() as session:
        own, other = (factories.make_organisation(session) for _number in range(2))
        for office, title in ((own, "Ours"), (other, "Theirs")):
            factories.make_event(
                session,
                title={"en": title},
                first_day=MONDAY - DAY,
                last_day=MONDAY - DAY,
                organisation_id=office.id,
                visibility=Visibility.INTERNAL,
            )
        outsider = {"organisation_id": own.id, "locale": Language.EN}
    html = page_of(signed_in(Role.OFFICER, **outsider), address)
    assert "Ours" in html
    assert "Theirs" not in html
    assert "Theirs" in page_of(signed_in(Role.ADMIN, locale=Language.EN), address), "the administrator sees both"


@pytest.mark.both_databases("the calendar's reads")
def test_a_bar_says_kind_status_and_days_to_voices_and_eyes(signed_in: SignedIn, database: Database) -> None:
    values = {"kind": EventKind.ART_TROUPE_VISIT, "status": EventStatus.POSTPONED, "title": {"en": "Dancers"}}
    make_event(database, first_day=MONDAY, last_day=MONDAY + 2 * DAY, **values)
    html = grid(page_of(signed_in(locale=Language.EN), "/calendar?day=2026-11-23"))
    assert 'colspan="3"><a class="slip k-art_troupe_visit is-postponed' in html
    assert ", Art troupe visit, Postponed, 23–25 November 2026</span>" in html


def test_a_month_shows_whole_weeks_lunar_days_and_both_countries_holidays(
    signed_in: SignedIn, database: Database
) -> None:
    with database.transaction() as session:
        entry = {"name": {"en": "Founding day"}, "category": HolidayCategory.PUBLIC, "source": "x"}
        session.add(OfficeHoliday(first_day=date(2025, 7, 3), country="LA", provisional=True, **entry))
    reader = signed_in(locale=Language.EN)
    html = grid(page_of(reader, "/calendar?day=2025-07-15"))
    assert re.findall(r'datetime="(\d{4}-\d\d-\d\d)"', html)[:: 7 * 5 - 1] == ["2025-06-30", "2025-08-03"]
    assert "Day off in Laos: Founding day (not announced yet)" in html
    assert "<b>LA</b> Founding day (?)" in html
    # 25 July 2025 is the first of the leap sixth month.
    assert ">1/6N</span>" in html
    assert "Day off in Viet Nam: National Day" in page_of(reader, "/calendar?day=2026-09-02")


@pytest.mark.both_databases("every filter as a condition")
def test_filters_stay_from_view_to_view(signed_in: SignedIn, database: Database) -> None:
    make_event(database, title={"en": "Talks"}, first_day=MONDAY)
    make_event(database, title={"en": "Talks put off"}, first_day=MONDAY, status=EventStatus.POSTPONED)
    make_event(database, title={"en": "Dinner"}, first_day=MONDAY)
    reader = signed_in(locale=Language.EN)
    html = page_of(
        reader, "/calendar?day=2026-11-23&q=talks&status=planned&direction=incoming&locality=vientiane-province"
    )
    assert "Talks" in html
    assert "Talks put off" not in html
    assert "Dinner" not in html
    chosen = ("q=talks", "status=planned", "direction=incoming", "locality=vientiane-province")
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/calendar\?[^"]+)"', html)]
    away = [link for link in links if not all(one in link for one in chosen)]
    assert len(away) == 1, "only the way back to everything leaves them"
    views = re.findall(r'href="([^"]+)"', part(html, '<nav class="views"', "</nav>"))
    assert len(views) == len(VIEWS)
    for link in views:
        other = page_of(reader, link.replace("&amp;", "&"))
        assert "Talks" in other
        assert "Talks put off" not in other
    outgoing = page_of(reader, "/calendar?day=2026-11-23&direction=outgoing")
    assert "Talks" not in outgoing


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("day=2026-02-30", "“2026-02-30” is no day; today is shown. Write a day like 2026-11-23."),
        ("day=yesterday", "“yesterday” is no day"),
        ("day=0001-01-01", "The calendar shows the years 1900 to 2199; today is shown."),
        ("day=9999-12-31&view=year", "The calendar shows the years 1900 to 2199; today is shown."),
        ("view=decade", "“decade” is no view of the calendar; the usual one is shown."),
        ("view=year&lanes=colour", "“colour” is no view of the calendar; the usual one is shown."),
        ("status=lost", "This filter has no such choice; it is left out."),
        ("direction=up", "This filter has no such choice; it is left out."),
        (f"q={'x' * 201}", "Too long; its length is at most 200."),
    ],
)
def test_what_makes_no_sense_is_named(signed_in: SignedIn, query: str, said: str) -> None:
    html = page_of(signed_in(locale=Language.EN), f"/calendar?{query}")
    assert said in part(html, 'role="alert"', "</div>")
    assert 'role="alert"' not in page_of(signed_in(locale=Language.EN), "/calendar?day=2026-11-23&view=year")


def test_a_wrong_day_of_the_sheet_is_named(signed_in: SignedIn) -> None:
    html = page_of(signed_in(locale=Language.EN), "/week?day=2026-13-01")
    assert "“2026-13-01” is no day; today is shown." in html
    assert "16–22 November 2026" in html


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_ends_of_the_calendar_lead_nowhere(signed_in: SignedIn, view: str, day: str) -> None:
    html = page_of(signed_in(locale=Language.EN), f"/calendar?view={view}&day={day}")
    assert ('rel="prev"' in html) == (day == "2199-12-31")
    assert ('rel="next"' in html) == (day == "1900-01-01")


@pytest.mark.parametrize(
    ("view", "before", "after"),
    [
        ("month", "2026-10-01", "2026-12-01"),
        ("week", "2026-11-16", "2026-11-30"),
        ("day", "2026-11-24", "2026-11-26"),
        ("year", "2025-01-01", "2027-01-01"),
    ],
)
def test_before_and_after(signed_in: SignedIn, view: str, before: str, after: str) -> None:
    html = page_of(signed_in(locale=Language.EN), f"/calendar?view={view}&day=2026-11-25")
    for rel, day in (("prev", before), ("next", after)):
        assert re.search(rf'rel="{rel}" href="/calendar\?view={view}&amp;day={day}"', html)


def test_a_week_shows_hours_and_items_of_the_published_programme(signed_in: SignedIn, database: Database) -> None:
    make_event(database, title={"en": "Signing"}, first_day=MONDAY + DAY, start_time=time(14), end_time=time(15, 30))
    visit = make_event(database, title={"en": "High delegation"}, first_day=MONDAY, last_day=MONDAY + 2 * DAY)
    publish(
        database,
        visit,
        [ProgrammeItemValues(MONDAY + DAY, time(8), time(9), {"en": "Courtesy call"}, place={"en": "Room 1"})],
    )
    moved = make_event(database, title={"en": "Moved"}, first_day=MONDAY)
    publish(database, moved, [ProgrammeItemValues(MONDAY - DAY, time(8), None, {"en": "Old item"})])
    html = grid(page_of(signed_in(locale=Language.EN), "/calendar?view=week&day=2026-11-23"))
    hours = html.partition("of-hours")[2]
    assert (
        hours.index("08:00–09:00") < hours.index("Courtesy call") < hours.index("14:00–15:30") < hours.index("Signing")
    )
    assert "Room 1" in hours
    assert "Old item" not in html
    assert "High delegation" in html.partition("of-hours")[0]


def publish(database: Database, event_id: str, items: list[ProgrammeItemValues], number: int = 1) -> None:
    with database.transaction() as session:
        at = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
        written = [one.to_json() for one in items]
        session.add(ProgrammeRevision(event_id=event_id, number=number, items=written, published_at=at))


# Bounds


def fill(database: Database, count: int, **values: Any) -> None:
    with database.transaction() as session:
        offices = [factories.make_organisation(session, name={"en": f"Office {n}"}).id for n in range(20)]
        for number in range(count):
            first = date(2026, 11, 1) + (number * 7 % 30) * DAY
            factories.make_event(
                session,
                title={"vi": f"Đoàn cán bộ cấp cao tỉnh Viêng Chăn sang thăm và làm việc tại Hải Dương, đợt {number}"},
                first_day=first,
                last_day=first + (number % 4) * DAY,
                kind=list(EventKind)[number % 3],
                organisation_id=offices[number % 20],
                **values,
            )


def test_two_thousand_visits_of_a_month_are_bounded_and_none_is_lost(signed_in: SignedIn, database: Database) -> None:
    fill(database, 2000)
    reader = signed_in(locale=Language.EN)
    days = [date(2026, 11, 1) + (number * 7 % 30) * DAY for number in range(2000)]
    lasting = [(first, first + (number % 4) * DAY) for number, first in enumerate(days)]
    for view in ("month", "week", "day", "year", "year&lanes=organisation"):
        html = page_of(reader, f"/calendar?view={view}&day=2026-11-18")
        assert len(html.encode()) < 200_000, view
    assert len(page_of(reader, "/week?day=2026-11-18").encode()) < 200_000

    month = page_of(reader, "/calendar?day=2026-11-18")
    assert "Events on these days: 2000" in month
    table = grid(month)
    spans = re.findall(r'<td(?: colspan="(\d)")?><a class="slip', table)
    whole = (date(2026, 10, 26), date(2026, 12, 6))
    days_taken = sum((min(last, whole[1]) - first).days + 1 for first, last in lasting)
    assert sum(int(span or 1) for span in spans) + counted(table) == days_taken
    agenda = part(month, '<section class="agenda"', '<section class="legend"')
    assert agenda.count('class="slip') + counted(agenda) == 2000
    for lanes in ("kind", "organisation"):
        year = part(page_of(reader, f"/calendar?view=year&day=2026-11-18&lanes={lanes}"), "scrolls year", "legend")
        assert year.count('<a class="line') + counted(year) == 2000
    # What is counted can be reached: the day's own pages list all of it.
    on_it = sum(first <= date(2026, 11, 18) <= last for first, last in lasting)
    listed = 0
    for number in range(1, -(-on_it // 50) + 1):
        html = page_of(reader, f"/calendar?view=day&day=2026-11-18&page={number}")
        assert f"Events on these days: {on_it}" in html
        listed += html.count('<li class="event ')
    assert listed == on_it


def test_a_sheet_says_what_has_no_room_on_it(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        for number in range(230):
            factories.make_event(session, first_day=MONDAY, title={"en": f"Visit {number}"})
    html = page_of(signed_in(locale=Language.EN), "/week?day=2026-11-23")
    assert "Events of this week that have no room on this sheet: 30" in html
    monday = part(html, 'datetime="2026-11-23"', "</tbody>")
    assert monday.count('<td class="topic"') + int(re.findall(r"More: (\d+)", monday)[0]) == 200


@pytest.mark.parametrize(
    "address", [*(f"/calendar?view={view}&day=2026-11-23" for view in VIEWS), "/week?day=2026-11-23"]
)
def test_as_many_queries_for_three_as_for_one(signed_in: SignedIn, database: Database, address: str) -> None:
    reader = signed_in()

    def add(number: int) -> None:
        with database.transaction() as session:
            office = factories.make_organisation(session)
            values = {"first_day": MONDAY, "last_day": MONDAY + number * DAY, "organisation_id": office.id}
            event = factories.make_event(session, **values)
            factories.make_task(session, event, organisation_id=office.id, person_id=factories.make_person(session).id)
            identity = event.id
        publish(database, identity, [ProgrammeItemValues(MONDAY, time(8), None, {"en": "Talks"})])

    add(1)
    one = count_queries(database, lambda: reader.get(address))
    add(2)
    add(3)
    assert count_queries(database, lambda: reader.get(address)) == one
    assert one <= 15  # the reader's saved views among them


# The week's sheet


def test_the_sheet_says_who_presides_prepares_takes_part_arrives_and_departs(
    signed_in: SignedIn, database: Database
) -> None:
    with database.transaction() as session:
        office = factories.make_organisation(session, name={"en": "Department of Foreign Affairs"})
        helper = factories.make_organisation(session, name={"en": "Department of Health"})
        event = factories.make_event(
            session,
            title={"en": "High delegation"},
            first_day=MONDAY,
            last_day=MONDAY + 2 * DAY,
            arrives_on=MONDAY - DAY,
            departs_on=MONDAY + 3 * DAY,
            organisation_id=office.id,
            status=EventStatus.CONFIRMED,
        )
        person = factories.make_person(session, name="Trần Thị Lan")
        factories.make_task(session, event, organisation_id=helper.id, person_id=person.id)
        factories.make_task(session, event, organisation_id=helper.id)
        factories.make_event(session, title={"en": "Only a draft"}, first_day=MONDAY, status=EventStatus.DRAFT)
        factories.make_event(session, title={"en": "Called off"}, first_day=MONDAY, status=EventStatus.CANCELLED)
        identity = event.id
    talks = ProgrammeItemValues(
        MONDAY,
        time(8),
        time(9, 30),
        {"en": "Talks"},
        place={"en": "Room 1"},
        hosted_by={"en": "The Chairman"},
        attendees={"en": "All departments"},
    )
    publish(database, identity, [talks])
    reader = signed_in(locale=Language.EN)
    html = page_of(reader, "/week?day=2026-11-25")
    text = words(reader.get("/week?day=2026-11-25"))
    assert "Week 48 of 2026: 23–29 November 2026" in text
    monday = part(html, 'datetime="2026-11-23"', "</tbody>")
    order = [
        "Morning",
        "08:00–09:30",
        "Talks",
        "Room 1",
        "The Chairman",
        "Department of Foreign Affairs; Department of Health; Trần Thị Lan",
        "All departments",
        "Afternoon",
    ]
    assert sorted(order, key=monday.index) == order
    assert "Departing:" in part(html, 'datetime="2026-11-26"', "</tbody>")
    assert "Arriving:" not in html, "they arrived in the week before"
    assert "Arriving:" in part(page_of(reader, "/week?day=2026-11-22"), 'datetime="2026-11-22"', "</tbody>")
    assert "Only a draft" not in html
    assert "Called off" in part(html, "Does not take place", "</ul>")
    assert "Called off" not in monday


@pytest.mark.both_databases("the week's reads")
def test_weeks_lead_to_each_other_and_to_the_calendar(signed_in: SignedIn) -> None:
    html = page_of(signed_in(locale=Language.EN), "/week?day=2026-11-25")
    assert 'rel="prev" href="/week?day=2026-11-16"' in html
    assert 'rel="next" href="/week?day=2026-11-30"' in html
    assert 'href="/calendar?view=week&amp;day=2026-11-23"' in html
    assert 'href="/week">This week</a>' in html
