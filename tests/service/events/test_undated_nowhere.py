"""Events without a day are nowhere where days count: every reading, page, feed and mail is walked with some there.

What may show them is listed, and must: a reading that no longer finds them, or a new one that does, fails here.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import true
from sqlmodel import col, select

from calendars.days.spans import Days
from jobs.cleanup import forget_passports
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Passport
from models.reminders import Reminder
from models.vocabulary import EventStatus, Role
from service.actions.events import event_queries
from service.actions.host_schedule import hosted_visits, person_assignments
from service.actions.scheduling.weekly_schedule import read_week
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.imports.test_calendar_import import calendar, entry, take
from tests.service.imports.test_imported_again import results
from tests.service.properties.operations import Operation, reads
from tests.service.web.populated_database import addresses, furnish
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("every SELECT of events by their days, with the condition that they have some")

MARK = "Khongngay"
"""A word of the titles of events without a day; nothing else has it."""

TITLE = {"vi": f"Đoàn {MARK}", "lo": f"ຄະນະ {MARK}", "en": f"Delegation {MARK}"}


@dataclass(frozen=True)
class World:
    """An office with its programme, a visit with everything, and events known to this month and to this year."""

    visit: str
    person: str
    agreement: str
    commitment: str
    undated: tuple[str, ...]

    def is_in(self, told: str, path: str) -> bool:
        """Whether an answer names one of them; of the one it was asked about by id, more than that id."""
        return MARK in told or any(one in told for one in self.undated if one not in path)


@pytest.fixture
def world(seeded: None, app: Flask, database: Database, settings: Settings, clock: Clock, admin: Caller) -> World:
    with database.transaction() as session:
        visit = furnish(session, settings.office, clock.now)
        event = session.get_one(Event, visit)
        # In the visit's way in every respect: its host, its people, its days, its commitment.
        person = session.exec(select(Member.person_id).where(Member.event_id == visit)).first()
        row = {
            "title": TITLE, "description": TITLE, "host": event.host, "guest": event.guest, "status": "completed",
            "commitment_id": event.commitment_id, "visibility": "public", "headcount_actual": 12,
        }  # fmt: skip
        commitment = str(event.commitment_id)
    made = []
    for when in ("2026", "2026-11"):
        one = admin.made("/training-batches", row | {"first_day": when, "last_day": when})
        admin.made(f"/events/{one['id']}/members", {"person_id": person, "role": "head"})
        made.append(one["id"])
    agreement = admin.get(f"/commitments/{commitment}").json["agreement_id"]
    return World(visit, str(person), agreement, commitment, tuple(made))


RANGES = (
    "",
    "page_size=500",
    "from=2026-01-01&to=2026-12-31&page_size=500",
    "q=khongngay",
    "from=2026-11-01&to=2026-11-30",
)
NEEDED = {
    "/openings": "days=3&from=2026-11-25&to=2026-12-31&host=hai-phong&guest=vientiane-province",
    "/lunar": "date=2026-12-02",
    "/holidays": "from=2026-12-01&to=2026-12-31",
}

FOUND_BY_THE_API = {
    "/events/{event_id}": "read by its id",
    "/training-batches/{event_id}": "read by its id",
    "/events/{event_id}/history": "its own trail",
    "/audit": "the trail of everything",
    "/agreements/{agreement_id}/progress": "it counts as held in its year",
}
"""Operations whose answer may name an event without a day, and why."""

FOUND_BY_PAGES = {
    "/events/<event_id>": "its own page",
    "/events/<event_id>/told": "what was told of it: nothing",
    "/events/<event_id>/programme": "its programme: none",
    "/events/<event_id>/programme/edit": "that it has no programme",
    "/events/<event_id>/members": "its people",
    "/events/<event_id>/coming": "who came",
    "/events/<event_id>/notes": "what was noted on it",
    "/events/<event_id>/bookings": "its bookings: none",
    "/events/<event_id>/proposals": "the days proposed for it: none",
    "/events/<event_id>/files": "its files",
    "/events/<event_id>/papers": "its papers: none",
    "/events/<event_id>/placements": "who is placed where: nobody",
    "/events/<event_id>/answers": "who wrote about it: nobody",
    "/events/<event_id>/share": "what the other side is asked and reads",
    "/events/<event_id>/shared": "what the other side reads, as far as the days are known",
    "/events/<event_id>/estimate": "what it cost",
    "/events/<event_id>/estimate?edit=yes": "the same, to change",
    "/events/<event_id>/estimate?pay=any": "the same, to pay",
    "/events/<event_id>/gifts": "what was given",
    "/events/<event_id>/learners": "who learned",
    "/events/<event_id>/links": "its links: none",
    "/gifts": "gifts name their event",
    "/gifts/new": "an event can be chosen",
    "/projects/new": "a handover can be chosen",
    "/history": "where history is read",
    "/history?locality=vientiane-province": "the same, of one partner",
    "/search?q=khongngay": "search finds everything",
    "/search?q=bunmi": "the visits of a person who is found",
    "/agreements/<agreement_id>": "it counts as held in its year",
    "/administration/audit": "the trail of everything",
}
"""The same of pages."""

DAYS = ("2026-11-01", "2026-11-22", "2026-12-02", "2026-12-31", "2026-01-01")


def test_no_reading_of_the_api_has_them_unless_asked(world: World, app: Flask, admin: Caller) -> None:
    ids = {
        "event_id": (*world.undated, world.visit),
        "person_id": (world.person,),
        "agreement_id": (world.agreement,),
        "commitment_id": (world.commitment,),
    }
    asked, found = set(), set()
    for operation in reads(app):
        for path in _paths(operation, ids):
            answer = admin.get(path)
            asked.add(operation.path)
            if answer.is_json and world.is_in(answer.text, path):
                found.add(operation.path)
    assert len(asked) > 40
    assert found == FOUND_BY_THE_API.keys()


def _paths(operation: Operation, ids: Mapping[str, Sequence[str]]) -> Iterator[str]:
    names = re.findall(r"{(\w+)}", operation.path)
    if not names:
        for asked in [NEEDED[operation.path]] if operation.path in NEEDED else RANGES:
            if {one.partition("=")[0] for one in asked.split("&") if one} <= set(operation.query):
                yield f"{operation.path}?{asked}"
    elif len(names) == 1:
        yield from (operation.path.replace(f"{{{names[0]}}}", one) for one in ids.get(names[0], ()))


def test_no_page_has_them_but_where_history_is_read(
    world: World, app: Flask, database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        pages = [*addresses(app, session, world.visit).items()]
        pages += [(rule, path.replace(world.visit, one)) for rule, path in pages for one in world.undated]
    pages += [(f"/calendar {view}", f"/calendar?view={view}&day={day}") for view in VIEWS for day in DAYS]
    pages += [("/week", f"/week?day={day}") for day in DAYS]
    pages += [("/", "/?status=completed&from=2026-01-01"), ("/", "/?q=khongngay"), ("/", "/?to=2026-11-21")]
    pages += [("/conflicts", "/conflicts?from=2026-01-01&to=2026-12-31"), ("/tasks", "/tasks?past=yes")]
    pages += [(path, path) for path in FOUND_BY_PAGES if path.startswith("/search")]
    pages += [("/agreements/<agreement_id>", f"/agreements/{world.agreement}")]
    pages += [("/plan/days", f"/plan/days?kind=delegation&first_day={day}") for day in DAYS]
    reader, found = signed_in(Role.ADMIN), set()
    for rule, path in dict.fromkeys(pages):
        if world.is_in(reader.get(path).text, path):
            found.add(rule)
    assert found - FOUND_BY_PAGES.keys() == set()
    assert {"/history", "/search?q=khongngay", "/events/<event_id>", "/agreements/<agreement_id>"} <= found


VIEWS = ("month", "week", "day", "year")


def test_no_calendar_has_them_and_none_changes_for_them(
    world: World, client: FlaskClient, admin: Caller, clock: Clock
) -> None:
    paths = ["/feeds/public.ics", "/feeds/public-lo.ics", "/feeds/public-en.ics", "/feeds/public.ifb"]
    wide = {"name": "Tất cả", "past_days": 3650, "filter": {"statuses": [one.value for one in EventStatus]}}
    for more in ({}, {"programme": True}, {"tasks": True}):
        path = urlsplit(admin.made("/feeds", wide | more)["url"]).path
        paths += [path, path.replace(".ics", ".ifb")]

    def read() -> dict[str, bytes]:
        return {path: client.get(path).data for path in paths}

    before = read()
    assert not any(MARK.encode() in one for one in before.values())
    path = f"/training-batches/{world.undated[0]}"
    assert admin.patch(path, {"description": {"vi": "Khác"}}).status_code == 200
    assert admin.delete(f"/training-batches/{world.undated[1]}").status_code == 204
    clock.move(minutes=5)
    assert read() == before
    # With its days it is an event like any other.
    assert admin.patch(path, {"first_day": "2026-11-20", "last_day": "2026-11-21"}).status_code == 200
    clock.move(minutes=5)
    after = read()
    assert all((MARK.encode() in after[path]) is not path.endswith(".ifb") for path in paths)


def test_nothing_clashes_with_them(world: World, admin: Caller) -> None:
    def told() -> list[object]:
        return [
            admin.get(f"/events/{world.visit}").json["conflicts"],
            admin.get("/conflicts?from=2026-01-01&to=2026-12-31").json,
            admin.get(f"/openings?{NEEDED['/openings']}").json,
            admin.get(f"/openings?{NEEDED['/openings']}&person={world.person}").json,
        ]

    there = told()
    for one in world.undated:
        assert admin.delete(f"/training-batches/{one}").status_code == 204
    assert told() == there


def test_they_are_in_no_mail_and_remind_nobody(
    world: World, database: Database, settings: Settings, clock: Clock, admin: Caller
) -> None:
    rule = {"name": "Sau khi về", "anchor": "end", "offset": "P1D", "audience": ["owner"]}
    admin.made("/reminder-rules", rule)
    admin.patch(f"/training-batches/{world.undated[0]}", {"title": TITLE | {"vi": f"Lớp {MARK}"}})
    with database.transaction() as session:
        reminders = select(Reminder.id).where(col(Reminder.event_id).in_(world.undated))
        assert session.exec(reminders).all() == []
        for day in (date(2026, 11, 1), date(2026, 11, 16), date(2026, 12, 28), date(2026, 1, 5)):
            first = day - timedelta(days=day.weekday())
            week = read_week(session, Days(first, first + timedelta(days=6)), "Asia/Ho_Chi_Minh", str)
            assert not any(MARK in str(event.title) for event in week.events)


def test_nobody_hosts_or_takes_part_on_days_that_are_not_known(world: World, database: Database) -> None:
    within = Days(date(2026, 1, 1), date(2026, 12, 31))
    with database.transaction() as session:
        hosts = frozenset({"hai-phong", "hai-duong"})
        assert not any(one.id in world.undated for one in hosted_visits(session, hosts, within))
        assigned = person_assignments(session, [world.person], within)
        assert assigned != []
        assert not any(one.event_id in world.undated for one in assigned)


def test_they_keep_no_passport(world: World, database: Database, admin: Caller) -> None:
    """A passport goes some time after the last visit; what ended some day this year is no visit to wait for."""
    with database.transaction() as session:
        person = factories.make_person(session).id
    admin.made(f"/events/{world.undated[0]}/members", {"person_id": person})
    assert admin.call("PUT", f"/people/{person}/passport", {"number": "B1234567"}).status_code in {200, 201, 204}
    with database.transaction() as session:
        assert forget_passports(session, datetime(2027, 1, 15, tzinfo=UTC), 30) >= 1
        assert session.get(Passport, person) is None


def test_a_file_does_not_date_them(world: World, admin: Caller) -> None:
    path = f"/training-batches/{world.undated[0]}"
    event = admin.get(path).json
    for more in ("SEQUENCE:9", "STATUS:CANCELLED"):
        content = calendar(entry(more, "DTSTART;VALUE=DATE:20261110", uid=event["uid"], title="Khác"))
        assert results(take(admin, content)) == ["unchanged" if "CANCELLED" in more else "refused"]
    assert admin.get(path).json == event


def test_without_the_rule_they_would_be_everywhere(
    world: World, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: lists of days find them as soon as nothing asks for dated events."""
    monkeypatch.setattr(event_queries, "is_dated", true)
    listed = {one["id"] for one in admin.get("/events?from=2026-11-01&to=2026-11-30&page_size=500").json}
    assert set(world.undated) <= listed
