"""The packaged programme on both databases: all of it, with the sources' figures; a second load changes nothing."""

import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col, func, select

from calendars.days.holidays import HolidayIndex, OfficeEntry
from models.accounts import Audit
from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task, TaskTemplate
from models.events import Event
from models.holidays import OfficeHoliday, office_holidays
from models.observances import Observance
from models.places import Locality, Person
from models.queries.dated import is_dated
from models.queries.event_parts import tasks_of
from models.vocabulary import Direction, EventKind, EventStatus, HolidayCategory, TaskAnchor
from seed.loader import LoadReport, load_files, packaged_files
from service.actions.context import ActionContext
from service.actions.events import events
from tests.cluster import Cluster
from tests.factories import NOW, OFFICE
from tests.seed.conftest import Load

pytestmark = pytest.mark.both_databases("the whole seed: every type and constraint of the tables")

HD, VC = "hai-duong", "vientiane-province"
NO = (None, None, None)
YEARLY, ONCE, OPEN = {"type": "per_year", "count": 1}, {"type": "in_period", "count": 1}, {"type": "open"}
EVERY_2_3 = {"type": "every", "min_years": 2, "max_years": 3}

# The agreement 2024–2028, row by row (seed 001): article, activity, host, guest, people (least, most, quota over the
# period), duration (least, most, unit), frequency, who pays, phases. None: the text does not say, or either side.
COMMITMENTS: list[tuple[Any, ...]] = [
    ("1", "delegation", None, None, NO, NO, OPEN, None, []),
    ("1", "training_batch", HD, VC, (10, 15, None), (10, 15, "days"), YEARLY, HD, []),
    ("1", "training_batch", VC, HD, (10, 15, None), (10, 15, "days"), EVERY_2_3, VC, []),
    ("1", "training_batch", HD, VC, (None, None, 15), (1, 1, "years"), ONCE, HD, []),
    ("1", "delegation", HD, VC, (10, 15, None), (4, 4, "days"), ONCE, HD, []),
    ("2", "training_batch", HD, VC, (None, None, 15), (1, None, "years"), ONCE, HD, [1, None]),
    ("3", "activity", None, None, NO, NO, OPEN, None, []),
    ("4", "activity", None, None, NO, NO, OPEN, None, []),
    ("4", "activity", None, None, NO, NO, OPEN, None, []),
    ("4", "activity", None, None, NO, NO, OPEN, None, []),
    ("4", "activity", None, None, NO, NO, OPEN, None, []),
    ("5", "training_batch", HD, VC, (1, 2, None), (7, 15, "days"), YEARLY, HD, []),
    ("6", "activity", None, None, NO, NO, OPEN, None, []),
    ("6", "activity", None, None, NO, NO, OPEN, None, []),
    ("6", "activity", None, None, NO, NO, OPEN, None, []),
    ("6", "activity", None, None, NO, NO, OPEN, None, []),
    ("7", "activity", None, None, NO, NO, OPEN, None, []),
    ("7", "training_batch", HD, VC, (None, None, 2), (2, None, "years"), ONCE, HD, [None, 2]),
    ("7", "art_troupe_visit", None, None, (10, 15, None), NO, OPEN, None, []),
    ("7", "training_batch", HD, VC, (9, 9, None), (2, 3, "months"), YEARLY, HD, []),
    ("7", "activity", None, None, NO, NO, OPEN, None, []),
    ("8", "activity", None, None, NO, NO, OPEN, None, []),
    ("8", "activity", None, None, NO, NO, OPEN, None, []),
    ("8", "training_batch", None, None, NO, NO, OPEN, None, []),
    ("9", "activity", None, None, NO, NO, OPEN, None, []),
    ("10", "activity", VC, None, NO, NO, ONCE, HD, []),
    ("11", "activity", None, None, NO, NO, OPEN, None, []),
]  # fmt: skip


def shape_of(database: Database) -> dict[str, tuple[int, int | None, Any]]:
    """Per table: how many rows, the highest version, the last change."""
    found = {}
    with database.transaction(write=False) as session:
        for table in SQLModel.metadata.sorted_tables:
            names = [name if name in table.c else "NULL" for name in ("version", "updated_at")]
            statement = f'SELECT count(*), max({names[0]}), max({names[1]}) FROM "{table.name}"'
            found[table.name] = tuple(session.execute(text(statement)).one())
    return found


ENTRIES = 316
"""How many entries the packaged files have."""


def fill(url: str) -> None:
    """Load the packaged programme into a migrated database."""
    database = Database(url)
    with database.transaction() as session:
        assert load_files(session, ActionContext(None, NOW, OFFICE), packaged_files()) == LoadReport(created=ENTRIES)
    database.dispose()


@pytest.fixture(scope="session")
def filled_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the programme in it, made once per worker; to be copied."""
    path = tmp_path_factory.mktemp("filled") / "desk.sqlite"
    shutil.copyfile(sqlite_template, path)
    fill(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def filled_postgresql(postgresql: Cluster, postgresql_template: str) -> str:
    """The name of a PostgreSQL database with the programme in it, made once per worker; to be copied."""
    name = f"filled_{postgresql_template}"
    fill(postgresql.create(name, postgresql_template))
    return name


@pytest.fixture
def programme(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Database]:
    """A database of its own with the packaged programme, as it is right after the first load."""
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("filled_sqlite"), tmp_path / "filled.sqlite")
        opened = Database(f"sqlite:///{tmp_path}/filled.sqlite")
        yield opened
        opened.dispose()
        return
    server: Cluster = request.getfixturevalue("postgresql")
    name = f"{request.getfixturevalue('filled_postgresql')}_{tmp_path.name}".lower()[:60]
    opened = Database(server.create(name, request.getfixturevalue("filled_postgresql")))
    yield opened
    opened.dispose()
    server.drop(name)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_it_loads_in_time(load: Load) -> None:
    started = time.process_time()  # what others do on the machine does not count
    assert load(packaged_files()) == LoadReport(created=ENTRIES)
    assert time.process_time() - started < 10


def test_a_second_load_changes_nothing(programme: Database) -> None:
    before = shape_of(programme)
    with programme.transaction() as session:
        later = ActionContext(None, NOW + timedelta(days=1), OFFICE)
        assert load_files(session, later, packaged_files()) == LoadReport(unchanged=ENTRIES)
    assert shape_of(programme) == before
    assert before["audit"][0] > 300


def test_every_row_of_the_agreement_is_there(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        agreement = session.exec(select(Agreement).where(Agreement.signed_on == date(2024, 9, 18))).one()
        assert agreement.parties == [HD, VC]
        assert (agreement.starts_on, agreement.ends_on) == (date(2024, 1, 1), date(2028, 12, 31))
        assert (agreement.languages, agreement.copies) == (["lo", "vi"], 4)
        ordered = select(Commitment).where(Commitment.agreement_id == agreement.id).order_by(col(Commitment.position))
        found = [
            (
                one.article, one.activity.value, one.host, one.guest,
                (one.headcount_min, one.headcount_max, one.headcount_total),
                (one.duration_min, one.duration_max, one.duration_unit.value if one.duration_unit else None),
                one.frequency, one.funded_by, [phase["duration"] for phase in one.phases],
            )
            for one in session.exec(ordered)
        ]  # fmt: skip
        assert found == COMMITMENTS
        predecessor = session.get(Agreement, agreement.predecessor_id)
        assert predecessor is not None
        assert predecessor.signed_on == date(2017, 8, 23)


def test_the_past_has_its_days(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        past = session.exec(
            select(Event)
            .where(Event.status == EventStatus.COMPLETED, is_dated())
            .order_by(col(Event.first_day), col(Event.kind))
        ).all()
        signing, *past = past
        assert (signing.kind.value, signing.first_day) == ("activity", date(2017, 8, 23))
        assert [(one.kind.value, one.host, one.first_day, one.last_day) for one in past] == [
            ("activity", VC, date(2024, 3, 7), date(2024, 3, 7)),
            ("delegation", VC, date(2024, 3, 7), date(2024, 3, 7)),
            ("delegation", HD, date(2024, 9, 18), date(2024, 9, 18)),
        ]
        assert past[0].budget == {"amount": "100000000", "currency": "VND"}
        head = session.get(Person, past[1].head_id)
        assert head is not None
        assert head.name == "Lê Văn Hiệu"
        members = select(func.count()).select_from(Member).where(Member.event_id == past[1].id)
        assert session.exec(members).one() == 4


def test_what_is_to_come_is_a_draft(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        coming = session.exec(select(Event).where(Event.first_day > date(2025, 12, 31))).all()
        assert len(coming) == 38
        assert {one.status for one in coming} == {EventStatus.DRAFT}
        marks = ("dự thảo", "draft", "ຮ່າງ")  # that is what the status says
        assert not [one.title for one in coming if any(mark in text for mark in marks for text in one.title.values())]
        assert session.exec(select(func.count()).select_from(Task)).one() == 181
        assert session.exec(select(func.count()).select_from(ProgrammeItem)).one() == 25


def test_anniversaries_are_as_precise_as_known_and_ceremonies_count(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        origins = session.exec(select(Anniversary.origin).order_by(col(Anniversary.origin))).all()
        assert origins == ["1962-09-05", "1977-07-18", "1984"]
        ceremonies = session.exec(select(Event).where(Event.kind == "anniversary").order_by(col(Event.first_day))).all()
        assert [(one.year, one.ordinal) for one in ceremonies] == [(2027, 50), (2027, 65)]


def test_the_merger_and_both_vientianes_are_there(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        home = session.get(Locality, HD)
        assert home is not None
        assert (home.successor, home.succeeded_on) == ("hai-phong", date(2025, 7, 1))
        assert session.get(Locality, "vientiane-capital") is not None


def test_people_keep_their_office_and_parts_their_order(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        person = session.exec(select(Person).where(Person.name == "Trần Đức Thắng")).one()
        assert person.position is not None
        assert person.position["vi"] == "Bí thư Tỉnh ủy Hải Dương"
        troupe = session.exec(select(Event).where(Event.kind == "art_troupe_visit")).first()
        assert troupe is not None
        days = [evening.day for evening in events.find_event(session, troupe.id).performances]
        assert days == sorted(days)
        assert len(days) > 0


def test_the_days_of_the_office_stand_over_the_computed_ones(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        almanac = HolidayIndex(map(OfficeEntry.of, office_holidays(session)))
    working = almanac.working_days(("VN", "LA"))
    for worked in (date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)):
        assert (worked.weekday(), working.is_working(worked)) == (5, True)
    # each swapped with one of these, all Mondays to Fridays
    for off in (date(2024, 4, 29), date(2025, 5, 2), date(2026, 1, 2), date(2026, 8, 31)):
        assert (off.weekday() < 5, working.is_working(off)) == (True, False)
    autumn = [day for day in almanac.between(["VN"], date(2024, 9, 1), date(2024, 9, 30)) if day.locality]
    assert [day.day for day in autumn] == [date(2024, 9, day) for day in range(12, 23)]
    assert {(day.locality, day.category) for day in autumn} == {(HD, HolidayCategory.FESTIVAL)}


def test_the_trail_tells_who_loaded_it(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        assert set(session.exec(select(Audit.actor_name))) == {"desk"}
        created = select(func.count()).where(Audit.entity == "event", Audit.action == "create")
        assert session.exec(created).one() == 66


def test_every_kind_of_event_has_its_task_templates(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        templates = session.exec(select(TaskTemplate)).all()
    assert len(templates) == 68
    assert all(set(one.title) == {"vi", "lo", "en"} for one in templates)
    for kind in EventKind:
        of_kind = [one for one in templates if one.kind is kind]
        assert any(one.anchor is TaskAnchor.DEPARTURE and not one.offset.startswith("-") for one in of_kind)
        for way in (Direction.INCOMING, Direction.OUTGOING):
            titles = [one.title["vi"] for one in of_kind if one.direction in {None, way}]
            assert len(titles) == len(set(titles)) >= 5


def test_conferences_ask_for_permission_and_only_round_years_for_gifts(programme: Database) -> None:
    """Decision 06/2020/QĐ-TTg: 30 and 40 days before; Decree 111/2018/NĐ-CP: gifts in years ending in 0."""
    with programme.transaction(write=False) as session:
        templates = session.exec(select(TaskTemplate)).all()
    asked = {one.offset: one for one in templates if "06/2020" in one.title["vi"]}
    assert set(asked) == {"-P30D", "-P40D"}
    assert all(one.activity_types == ["seminar", "forum"] for one in asked.values())
    gifts = [one for one in templates if one.kind is EventKind.ANNIVERSARY and "quà" in one.title["vi"]]
    assert [one.grades for one in gifts] == [["round"]]


def test_days_of_greetings_of_both_countries_are_there(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        rows = session.exec(select(Observance)).all()
    days = {(one.country, one.recurs_month, one.recurs_day) for one in rows if one.festival is None}
    laos = {(1, 20), (3, 22), (7, 20), (8, 13), (8, 23), (10, 12), (12, 2), (12, 13)}
    vietnam = {(2, 3), (4, 30), (5, 19), (8, 19), (9, 2), (12, 22)}
    both = {(9, 5), (7, 18)}
    assert days == {("LA", *day) for day in laos | both} | {("VN", *day) for day in vietnam | both}
    assert {(one.country, one.festival) for one in rows if one.festival} == {("LA", "pi_mai"), ("VN", "tet")}
    assert all(set(one.name) == {"vi", "lo", "en"} and one.source for one in rows)


def test_only_what_a_draft_lacks_is_made_when_it_is_planned(programme: Database) -> None:
    with programme.transaction() as session:
        act = ActionContext(None, NOW, OFFICE)
        assert session.exec(select(Task).where(col(Task.template_id).is_not(None))).all() == []
        drafts = session.exec(select(Event.id).where(Event.status == EventStatus.DRAFT)).all()
        for event_id in drafts:
            event = events.find_event(session, event_id)
            written = tasks_of(session, event_id)
            events.transition(session, act, event, EventStatus.PLANNED)
            found = tasks_of(session, event_id)
            assert len(found) > len(written)
            assert len({one.title["vi"] for one in found}) == len(found)
            assert all(one.due_day is not None for one in found)


def test_short_stays_need_no_visa_and_every_incoming_visit_declares_residence(programme: Database) -> None:
    """Agreement 86/2004/LPQT: passports of both countries need no visa for up to 30 days."""
    with programme.transaction(write=False) as session:
        templates = session.exec(select(TaskTemplate).where(TaskTemplate.direction == Direction.INCOMING)).all()
        visas = {one.kind: one.min_days for one in templates if "visa" in one.title["en"].lower()}
        residence = {one.kind: one.min_days for one in templates if "residence" in one.title["en"]}
        kinds = {EventKind.DELEGATION, EventKind.TRAINING_BATCH, EventKind.ART_TROUPE_VISIT}
        assert visas == dict.fromkeys(kinds, 31)
        assert residence == dict.fromkeys(kinds)
        written = session.exec(select(Task, Event).where(Task.event_id == Event.id)).all()
        asked = [(event.last_day - event.first_day).days + 1 for task, event in written if "isa" in task.title["en"]]
        assert min(asked) > 30
        titles = {one.title["vi"] for one in templates}
        for task, _event in written:
            if "isa" in task.title["en"] or "residence" in task.title["en"]:
                assert task.title["vi"] in titles, "or a visit would have the task twice"


def test_worked_saturdays_name_the_notice_that_says_so(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        entries = session.exec(select(OfficeHoliday).where(OfficeHoliday.category == HolidayCategory.WORKDAY)).all()
        sources = {one.first_day: one.source for one in entries}
    assert sources[date(2026, 8, 22)] == "Thông báo 9441/TB-BNV"
    assert all(re.search(r"\d+/[A-ZĐ]+", source) for source in sources.values()), "the number of an act, not a page"
