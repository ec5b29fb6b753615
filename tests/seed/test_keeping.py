"""An edited entry brings back nothing that people have changed: the rule, and the same through files and databases."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from models.accounts import SeedEntry
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.places import Person
from models.queries.event_parts import programme_of, tasks_of
from models.resources import Resource
from models.vocabulary import EventStatus, MemberRole, Role
from seed.keeping import TOGETHER, decide, held_after
from service.actions.bookings import resources
from service.actions.context import ActionContext
from service.actions.directory import directory, positions
from service.actions.events import events, members, programme, tasks
from tests.factories import NOW, OFFICE, make_user
from tests.seed.conftest import PLACES, VISIT, Load
from tests.seed.test_loader import LATER, edit, event_of, kept

Write = Callable[..., Path]
MEETING = """\
events:
  - key: meeting
    kind: activity
    activity_type: meeting
    title: {vi: Họp hai Văn phòng}
    host: hai-duong
    first_day: 2027-03-10
    last_day: 2027-03-10
    start_time: "08:00"
    end_time: "10:00"
    location: {vi: Phòng A}
    status: draft
"""
NAMES = ("title", "headcount", "first_day", "last_day", "host", "guest")


class Row:
    """Something with fields."""

    __tablename__ = "row"
    id = "row"

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


values = st.fixed_dictionaries({name: st.integers(0, 2) for name in NAMES})


@given(values, values, values)
def test_a_field_is_written_exactly_if_the_file_changed_it_and_nobody_else_did(
    first: dict[str, int], here: dict[str, int], second: dict[str, int]
) -> None:
    """Loaded as ``first``, changed by people to ``here``, loaded again as ``second``."""
    held = held_after(Row(first), first, ())  # type: ignore[arg-type]
    found = decide(held, Row(here), second, ())  # type: ignore[arg-type]
    groups = [{name} for name in NAMES if not any(name in group for group in TOGETHER)]
    groups += [group & set(NAMES) for group in TOGETHER if group & set(NAMES)]
    for group in groups:
        touched = [name for name in group if here[name] != first[name] and here[name] != second[name]]
        changed = [name for name in group if second[name] not in (first[name], here[name])]
        for name in changed:
            assert (name in found.values) is not bool(touched)
        assert not set(touched) & found.values.keys()
        assert set(touched) <= set(found.kept)
    # Whatever is neither written nor named is what the file says already, or the file did not change it.
    for name in set(NAMES) - found.values.keys() - set(found.kept):
        assert second[name] in (first[name], here[name])
    after = here | found.values
    again = decide(held_after(Row(after), second, found.kept), Row(after), second, ())  # type: ignore[arg-type]
    assert again.values == {}, "a second load changes nothing"


def test_without_values_of_the_last_load_the_trail_decides() -> None:
    here, file = {"title": 1, "headcount": 1}, {"title": 2, "headcount": 2}
    assert decide(None, Row(here), file, {"headcount"}).values == {"title": 2}  # type: ignore[arg-type]
    assert decide(None, Row(here), file, {"headcount"}).kept == ("headcount",)  # type: ignore[arg-type]


def test_what_an_office_moved_stays_where_it_is(database: Database, load: Load, write: Write) -> None:
    """One word of a title is edited in the file: neither days, hours, place nor status go back."""
    path = write(PLACES + MEETING)
    load(path)
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        event = events.find_event(session, event_of(session).id)
        moved = {
            "first_day": date(2027, 4, 5),
            "last_day": date(2027, 4, 5),
            "start_time": time(14),
            "end_time": time(16),
        }
        events.change_event(session, act, event, moved | {"location": {"vi": "Phòng B"}})
        events.transition(session, act, event, EventStatus.PLANNED)
    edit(path, ("Họp hai Văn phòng", "Họp hai Văn phòng tỉnh"))
    report = load(path, LATER)
    assert kept(report, path) == [
        "trial.yaml:10: events[meeting]: Kept as it is here: first_day, last_day, start_time, end_time, location."
    ]
    assert kept(report, path, "vi")[0].endswith("first_day, last_day, start_time, end_time, location.")
    assert kept(report, path, "vi") != kept(report, path)
    with database.transaction(write=False) as session:
        event = event_of(session)
        assert event.title == {"vi": "Họp hai Văn phòng tỉnh"}
        assert (event.first_day, event.start_time, event.location) == (date(2027, 4, 5), time(14), {"vi": "Phòng B"})
        assert event.status is EventStatus.PLANNED
    # The file's new day is named and not taken; only then it is the file's last word, and naming it once is enough.
    edit(path, ("first_day: 2027-03-10\n    last_day: 2027-03-10", "first_day: 2027-03-11\n    last_day: 2027-03-11"))
    assert "first_day, last_day" in kept(load(path, LATER), path)[0]
    assert load(path, LATER).unchanged == 6
    with database.transaction(write=False) as session:
        assert event_of(session).first_day == date(2027, 4, 5)


@pytest.mark.both_databases("values of files kept as JSON")
def test_parts_that_people_changed_stay(database: Database, load: Load, write: Write) -> None:
    path = write(PLACES + VISIT)
    load(path)
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        event = events.find_event(session, event_of(session).id)
        (seat,) = [one for one in members.positions_of(session, event.id) if one.person.name == "Trần Thị Bình"]
        members.change_member(session, act, event, seat.member, {"role": MemberRole.DEPUTY})
        item = programme_of(session, event.id)[0]
        programme.change_item(session, act, event, item, {"title": {"vi": "Đón tại sân bay"}})
        for task in tasks_of(session, event.id):
            tasks.change_task(session, act, event, task, {"done": True, "title": {"vi": task.title["vi"] + " xong"}})
    edit(
        path,
        ("{person: binh}", "{person: binh, role: interpreter}"),
        ("Làm việc", "Khảo sát"),
        ("due_offset: -P30D", "due_offset: -P45D"),
        ("      - {title: {vi: Đặt phòng}, due_on: 2027-03-01}\n", ""),
        ("status: draft", "status: planned"),
    )
    told = kept(load(path, LATER), path)
    assert told == [
        "trial.yaml:22: events[visit].members[1]: Kept as it is here: role.",
        "trial.yaml:10: events[visit]: Kept as it is here: programme.",
        "trial.yaml:10: events[visit].tasks: No longer in the file, but changed here since: kept.",
        "trial.yaml:27: events[visit].tasks[0]: Kept as it is here: title.",
    ]
    with database.transaction(write=False) as session:
        event = event_of(session)
        roles = [one.member.role for one in members.positions_of(session, event.id)]
        assert MemberRole.DEPUTY in roles
        assert [one.title["vi"] for one in programme_of(session, event.id)] == ["Đón tại sân bay", "Làm việc"]
        assert {one.title["vi"] for one in tasks_of(session, event.id)} == {"Gửi thư mời xong", "Đặt phòng xong"}
        assert [one.due_offset for one in session.exec(select(Task)).all() if one.due_offset] == ["-P45D"]
        assert event.status is EventStatus.PLANNED, "nobody had changed the status, so it follows the file"


def test_a_programme_moved_by_the_file_itself_is_nobodys_change(database: Database, load: Load, write: Write) -> None:
    path = write(PLACES + VISIT)
    load(path)
    edit(
        path,
        ("first_day: 2027-03-10", "first_day: 2027-03-17"),
        ("last_day: 2027-03-12", "last_day: 2027-03-19"),
        ("{day: 2027-03-10,", "{day: 2027-03-17,"),
        ("{day: 2027-03-11,", "{day: 2027-03-18,"),
        ("Làm việc", "Khảo sát"),
        ("due_on: 2027-03-01", "due_on: 2027-03-02"),
    )
    assert kept(load(path, LATER), path) == []
    with database.transaction(write=False) as session:
        items = programme_of(session, event_of(session).id)
        assert [(one.day.day, one.title["vi"]) for one in items] == [(17, "Đón đoàn"), (18, "Khảo sát")]


def test_an_entry_loaded_by_an_earlier_version_asks_the_trail(database: Database, load: Load, write: Write) -> None:
    room = "resources:\n  - {key: hall, name: {vi: Hội trường}, type: room, locality: hai-duong, seats: 40}\n"
    path = write(PLACES + room)
    load(path)
    with database.transaction() as session:
        for entry in session.exec(select(SeedEntry)).all():
            entry.held = None
        act = ActionContext(make_user(session, Role.OFFICER), NOW, OFFICE)
        hall = session.exec(select(Resource)).one()
        resources.change_resource(session, act, hall, {"seats": 60})
    edit(path, ("{vi: Hội trường}", "{vi: Hội trường lớn}"), ("seats: 40", "seats: 50"))
    assert kept(load(path, LATER), path) == ["trial.yaml:10: resources[hall]: Kept as it is here: seats."]
    with database.transaction(write=False) as session:
        hall = session.exec(select(Resource)).one()
        assert (hall.name["vi"], hall.seats) == ("Hội trường lớn", 60)


def test_entries_hold_what_file_and_row_are(database: Database, load: Load, write: Write) -> None:
    load(write(PLACES + VISIT))
    with database.transaction(write=False) as session:
        assert not [one.key for one in session.exec(select(SeedEntry)).all() if one.held is None]
        assert session.execute(text("SELECT count(*) FROM seed_entry")).scalar_one() > 6
        assert session.exec(select(Event)).one().headcount == 12


TERMS = """\
people:
  - key: an
    name: Nguyễn Văn An
    name_lo: ອານ
    positions:
      - {organisation: office, title: {vi: Phó Chánh Văn phòng}, precedence: 3, ends_on: 2024-05-31}
      - {organisation: office, title: {vi: Chánh Văn phòng}, precedence: 1, starts_on: 2024-06-01}
"""


def test_terms_of_office_are_loaded_and_stay_as_people_change_them(
    database: Database, load: Load, write: Write
) -> None:
    bodies = PLACES.partition("people:")[0]
    path = write(bodies + TERMS)
    load(path)
    assert load(path).changed == 0
    with database.transaction() as session:
        person = session.exec(select(Person)).one()
        assert (person.precedence, person.name_lo) == (1, "ອານ")
        assert [term.precedence for term in positions.terms_of(session, [person])[person.id]] == [3, 1]
        act = ActionContext(make_user(session, Role.ADMIN), LATER, OFFICE)
        directory.change_person(session, act, person, {"precedence": 2, "as_of": date(2026, 1, 1)})
    edit(path, ("precedence: 3", "precedence: 4"), ("ອານ", "ອານນ"))
    assert kept(load(path), path) == ["trial.yaml:7: people[an]: Kept as it is here: positions."]
    with database.transaction(write=False) as session:
        person = session.exec(select(Person)).one()
        assert (person.precedence, person.name_lo) == (2, "ອານນ")
        assert [term.precedence for term in positions.terms_of(session, [person])[person.id]] == [3, 1, 2]
