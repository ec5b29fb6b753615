"""Loading programme files: every mistake with its line and nothing loaded; an edited entry changes just that entry."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from models.accounts import Audit, SeedEntry
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event
from models.places import Locality, Organisation, Person
from models.queries.event_parts import programme_of, tasks_of
from models.vocabulary import EventStatus, MemberRole, Role
from seed.loader import LoadReport
from seed.reading import BadFiles
from service.actions.context import ActionContext
from service.actions.events import events, members, tasks
from tests.factories import NOW, OFFICE, make_locality, make_user
from tests.seed.conftest import PLACES, VISIT, Load

Write = Callable[..., Path]
ACT = ActionContext(None, NOW, OFFICE)


def told(load: Load, *paths: Path, language: str = "en") -> list[str]:
    """What a load that fails says, without the folder."""
    with pytest.raises(BadFiles) as failed:
        load(list(paths))
    return [problem.formatted(language).removeprefix(f"{paths[0].parent}/") for problem in failed.value.problems]


def is_empty(database: Database) -> bool:
    with database.transaction(write=False) as session:
        return not any(
            session.exec(select(func.count()).select_from(model)).one() for model in (Locality, Event, SeedEntry, Audit)
        )


def event_of(session: Any) -> Event:
    found: Event = session.exec(select(Event)).one()
    return found


# Mistakes. Each is one replacement in a file that is right: the lines, fields and (our own) sentences it leads to.

HERE = "events[visit]."
MISTAKES: list[tuple[str, str, list[tuple[int, str, str]]]] = [
    ("    first_day:", "    firstday:", [
        (10, HERE + "first_day", ""),
        (15, HERE + "firstday", "Unknown name. Did you mean first_day?"),
    ]),
    ("headcount: 12", "head_count: 12", [(18, HERE + "head_count", "Unknown name. Did you mean headcount?")]),
    ("headcount: 12", "uid: abc", [(18, HERE + "uid", "Unknown name. Possible here: arrives_on, budget")]),
    ("headcount: 12", "headcount: many", [(18, HERE + "headcount", "")]),
    ("headcount: 12", 'headcount: "12"', [(18, HERE + "headcount", "")]),
    ("2027-03-10\n    last", "2027-02-30\n    last", [(15, HERE + "first_day", "")]),
    ("2027-03-10\n    last", "10/03/2027\n    last", [(15, HERE + "first_day", "")]),
    ("last_day: 2027-03-12", "last_day: 2027-03-09", [(16, HERE + "last_day", "")]),
    ("organisation: office\n    members", "organisation: ofice\n    members", [
        (19, HERE + "organisation", "There is no “ofice” in organisations. Did you mean office?"),
    ]),
    ("organisation: office\n    members", "organisation_id: office\n    members", [
        (19, HERE + "organisation_id", "Unknown name. Did you mean organisation?"),
    ]),
    ("organisation: office\n    members", "organisation: 7\n    members", [
        (19, HERE + "organisation", "Put this in quotes: “7”."),
    ]),
    ("host: hai-duong", "host: hai-dung", [
        (13, HERE + "host", "There is no “hai-dung” in localities. Did you mean hai-duong?"),
    ]),
    ("host: hai-duong", "host: sapa", [(13, HERE + "host", "There is no “sapa” in localities; add it there first.")]),
    ("guest: vientiane-province", "guest: hai-duong", [(14, HERE + "guest", "")]),
    ("kind: delegation", "kind: delegations", [(11, HERE + "kind", "")]),
    ("status: draft", "status: drafted", [(17, HERE + "status", "")]),
    ("title: {vi: Đoàn công tác}", "title: Đoàn công tác", [(12, HERE + "title", "")]),
    ("title: {vi: Đoàn công tác}", "title: {vn: Đoàn công tác}", [(12, HERE + "title", "")]),
    ("{person: binh}", "{person: binh, role: chief}", [(22, HERE + "members[1].role", "")]),
    ("{person: binh}", "{person: binh, role: head}", [(22, HERE + "members[1].role", "")]),
    ("{person: binh}", "{person: an}", [(22, HERE + "members[1].person", "This person is already in the list.")]),
    ("{person: binh}", "{persn: binh}", [
        (22, HERE + "members[1].person", ""),
        (22, HERE + "members[1].persn", "Unknown name. Did you mean person?"),
    ]),
    ("day: 2027-03-11", "day: 2027-03-13", [(25, HERE + "programme[1].day", "")]),
    ("end_time: 10:00", "end_time: 10h00", [(24, HERE + "programme[0].end_time", "")]),
    ("end_time: 10:00", "end_time: 25:00", [(24, HERE + "programme[0].end_time", "")]),
    ("due_offset: -P30D", "due_offset: 30 days", [(27, HERE + "tasks[0].due_offset", "")]),
    ("members:\n      - {person: an, role: head}\n      - {person: binh}", "members: an", [
        (20, HERE + "members", "Must be a list; each item begins with “- ”."),
    ]),
    ("- {person: binh}", "- binh", [(22, HERE + "members[1]", "Must be a group of lines “name: value”.")]),
    ("key: visit\n", "id: visit\n", [(10, "events[0]", "Every entry needs a key, a word of its own.")]),
    ("key: visit\n", "key: 7\n", [(10, "events[0].key", "Must be a word of 1 to 160 characters.")]),
    ("key: binh", "key: an", [
        (8, "people[1].key", "“an” is used already, at FOLDER/trial.yaml:7; every entry needs its own."),
        (22, HERE + "members[1].person", "There is no “binh” in people; add it there first."),
    ]),
    ("people:", "persons:", [
        (6, "persons", "Unknown name. Possible here: agreements, anniversaries, events, gifts, localities, nor"),
        (21, HERE + "members[0].person", "There is no “an” in people; add it there first."),
        (22, HERE + "members[1].person", "There is no “binh” in people; add it there first."),
    ]),
    ("locality: hai-duong}", "locality: hai-duong, locality: hai-duong}", [
        (5, "organisations[0].locality", "“locality” stands here twice, first in line 5; keep one."),
    ]),
    ("precedence: 1}", "precedence: 0}", [(7, "people[an].precedence", "")]),
]  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("right", "wrong", "expected"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_nothing_is_loaded(
    database: Database, load: Load, write: Write, right: str, wrong: str, expected: list[tuple[int, str, str]]
) -> None:
    good = PLACES + VISIT
    assert good.count(right) >= 1
    path = write(good.replace(right, wrong, 1))
    with pytest.raises(BadFiles) as failed:
        load(path)
    found = sorted(
        (one.line, one.path, one.formatted("en").partition(f"{one.path}: ")[2]) for one in failed.value.problems
    )
    assert [one[:2] for one in found] == sorted(one[:2] for one in expected)
    for (_line, _path, sentence), (_, _, wanted) in zip(found, sorted(expected), strict=True):
        assert len(sentence) > 10
        assert sentence.startswith(wanted.replace("FOLDER", str(path.parent)))
    assert is_empty(database)


def test_all_mistakes_of_all_files_come_at_once(database: Database, load: Load, write: Write) -> None:
    first = write(PLACES.replace("country: LA", "country: Laos"), "1.yaml")
    second = write("events: [\n", "2.yaml")
    third = write(
        VISIT.replace("headcount", "headcont").replace("last_day: 2027-03-12", "last_day: 2027-03-01"), "3.yaml"
    )
    assert [line.split(": ")[:2] for line in told(load, first, second, third)] == [
        ["1.yaml:3", "localities[vientiane-province].country"],
        ["2.yaml:2", "This is not YAML"],
        ["3.yaml:8", "events[visit].last_day"],
        ["3.yaml:10", "events[visit].headcont"],
    ]
    assert is_empty(database)


@pytest.mark.both_databases("look-ups by key")
def test_a_thing_is_defined_before_it_is_used(load: Load, write: Write) -> None:
    path = write(VISIT + PLACES)
    assert told(load, path)[0] == (
        f"trial.yaml:5: events[visit].host: “hai-duong” comes only later, at {path}:22; move it before this entry."
    )


def test_a_year_without_quotes_is_told_so(load: Load, write: Write) -> None:
    path = write(PLACES + "anniversaries:\n  - {key: a, title: {vi: x}, origin: 1984, parties: [hai-duong]}\n")
    assert told(load, path) == ["trial.yaml:10: anniversaries[a].origin: Put this in quotes: “1984”."]


@pytest.mark.parametrize(
    ("days", "problems"),
    [
        ("first_day: 2008, last_day: 2008", [f"{name}_day: Put this in quotes: “2008”." for name in ("first", "last")]),
        ('first_day: "2008", last_day: "2009-06"', [
            "last_day: Must be known as closely as the first day: both to the month, or both to the year."]),
        ('first_day: "2008", last_day: "2008"', []),
        ("first_day: 2021-06, last_day: 2021-06", []),
    ],
)  # fmt: skip
def test_years_and_months_of_history(load: Load, write: Write, days: str, problems: list[str]) -> None:
    event = f"events:\n  - {{key: a, kind: activity, title: {{vi: x}}, host: hai-duong, status: completed, {days}}}\n"
    path = write(PLACES + event)
    if problems:
        assert [one.partition("events[a].")[2] for one in told(load, path)] == problems
    else:
        assert load([path]).created
        assert load([path]).changed == 0


def test_a_second_ceremony_in_a_year_is_told_with_its_entry(load: Load, write: Write) -> None:
    ceremony = (
        "  - {{key: {0}, kind: anniversary, anniversary: a, year: 2027, title: {{vi: x}}, host: hai-duong, "
        "first_day: 2027-01-02, last_day: 2027-01-02}}\n"
    )
    path = write(
        PLACES + 'anniversaries:\n  - {key: a, title: {vi: x}, origin: "1984", parties: [hai-duong]}\nevents:\n'
        + ceremony.format("one") + ceremony.format("two") + ceremony.format("three").replace("anniversary: a, ", "")
    )  # fmt: skip
    second, third = told(load, path)
    assert second.startswith("trial.yaml:13: events[two]: There is already a ceremony for 2027")
    assert third == "trial.yaml:14: events[three].anniversary: A ceremony names the key of its anniversary."


# Loading, again and edited


@pytest.fixture
def visit(load: Load, write: Write) -> Path:
    """Places and a visit, loaded."""
    path = write(PLACES + VISIT)
    assert load(path) == LoadReport(created=6)
    return path


def edit(path: Path, *changes: tuple[str, str]) -> Path:
    content = path.read_text()
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    path.write_text(content)
    return path


LATER = NOW + timedelta(days=1)


def kept(report: LoadReport, path: Path, language: str = "en") -> list[str]:
    """What a load names as kept, without the folder."""
    return [one.formatted(language).removeprefix(f"{path.parent}/") for one in report.kept]


def test_everything_of_an_event_is_there(database: Database, visit: Path) -> None:
    with database.transaction(write=False) as session:
        event = event_of(session)
        assert (event.first_day, event.last_day, event.headcount) == (date(2027, 3, 10), date(2027, 3, 12), 12)
        assert [(member.role, person.name) for member, person in members.members_of(session, event.id)] == [
            (MemberRole.HEAD, "Nguyễn Văn An"),
            (MemberRole.MEMBER, "Trần Thị Bình"),
        ]
        items = programme_of(session, event.id)
        assert [f"{item.day} {item.start_time:%H:%M}" for item in items] == ["2027-03-10 08:30", "2027-03-11 14:00"]
        found = tasks_of(session, event.id)
        assert {(task.title["vi"], task.due_offset, task.due_on) for task in found} == {
            ("Gửi thư mời", "-P30D", None),
            ("Đặt phòng", None, date(2027, 3, 1)),
        }


def test_comments_and_order_of_names_change_nothing(database: Database, load: Load, visit: Path) -> None:
    edit(
        visit,
        ("    headcount: 12\n", ""),
        ("    kind: delegation\n", "    headcount: 12  # as agreed\n    kind: delegation\n"),
    )
    assert load(visit, LATER) == LoadReport(unchanged=6)


def test_an_edited_entry_changes_alone(database: Database, load: Load, visit: Path) -> None:
    with database.transaction(write=False) as session:
        before = event_of(session)
        audits = session.exec(select(func.count()).select_from(Audit)).one()
    edit(visit, ("headcount: 12", "headcount: 14"), ("last_day: 2027-03-12", "last_day: 2027-03-13"))
    assert load(visit, LATER) == LoadReport(changed=1, unchanged=5)
    with database.transaction(write=False) as session:
        after = event_of(session)
        assert (after.id, after.uid, after.headcount, after.last_day) == (before.id, before.uid, 14, date(2027, 3, 13))
        assert after.departs_on == date(2027, 3, 13)
        assert (after.sequence, after.updated_at) == (before.sequence + 1, LATER)
        assert session.exec(select(func.count()).select_from(Audit)).one() == audits + 1
        assert session.exec(select(func.max(Person.version))).one() == 1
    assert load(visit) == LoadReport(unchanged=6)


def test_what_a_person_changed_stays_also_when_the_entry_is_edited(database: Database, load: Load, visit: Path) -> None:
    with database.transaction() as session:
        event = events.find_event(session, event_of(session).id)
        events.change_event(session, ACT, event, {"headcount": 20, "headcount_actual": 19})
        events.transition(session, ACT, event, EventStatus.PLANNED)
        (task,) = [one for one in tasks_of(session, event.id) if one.due_on]
        tasks.change_task(session, ACT, event, task, {"done": True})
        organisation = session.exec(select(Organisation)).one()
        organisation.aliases = ["VP"]
    assert load(visit, LATER) == LoadReport(unchanged=6)
    edit(visit, ("{vi: Đoàn công tác}", "{vi: Đoàn cấp cao}"))
    report = load(visit, LATER)
    assert (report.created, report.changed, report.unchanged) == (0, 1, 5)
    assert kept(report, visit) == ["trial.yaml:10: events[visit]: Kept as it is here: headcount."]
    with database.transaction(write=False) as session:
        event = event_of(session)
        assert (event.title, event.headcount, event.headcount_actual) == ({"vi": "Đoàn cấp cao"}, 20, 19)
        assert event.status is EventStatus.PLANNED, "the file's status was not edited"
        assert [one.done for one in tasks_of(session, event.id) if one.due_on] == [True]
        assert session.exec(select(Organisation)).one().aliases == ["VP"]


def test_an_edited_status_takes_the_event_along(database: Database, load: Load, visit: Path) -> None:
    edit(visit, ("status: draft", "status: confirmed"))
    assert load(visit, LATER) == LoadReport(changed=1, unchanged=5)
    with database.transaction(write=False) as session:
        assert event_of(session).status is EventStatus.CONFIRMED
    edit(visit, ("status: confirmed", "status: cancelled"))
    load(visit, LATER)
    edit(visit, ("status: cancelled", "status: completed"))
    (refused,) = told(load, visit)
    assert refused.startswith("trial.yaml:17: events[visit].status: An event that is cancelled can't become completed.")


@pytest.mark.both_databases("parts are written, changed and deleted")
def test_edited_parts_change_alone(database: Database, load: Load, visit: Path) -> None:
    with database.transaction() as session:
        event = event_of(session)
        tasks.add_task(session, ACT, event, {"title": {"vi": "Việc riêng"}})
        before = {task.title["vi"]: task.id for task in tasks_of(session, event.id)}
    edit(
        visit,
        ("{person: an, role: head}", "{person: an}"),
        ("{person: binh}", "{person: binh, role: head}"),
        ("Làm việc", "Khảo sát"),
        ("due_offset: -P30D", "due_offset: -P45D"),
        ("      - {title: {vi: Đặt phòng}, due_on: 2027-03-01}\n", "      - {title: {vi: Đặt xe}}\n"),
    )
    assert load(visit, LATER) == LoadReport(changed=1, unchanged=5)
    with database.transaction(write=False) as session:
        event = event_of(session)
        assert event.version == 1
        roles = {person.name: member.role for member, person in members.members_of(session, event.id)}
        assert roles == {"Nguyễn Văn An": MemberRole.MEMBER, "Trần Thị Bình": MemberRole.HEAD}
        assert [item.title["vi"] for item in programme_of(session, event.id)] == ["Đón đoàn", "Khảo sát"]
        after = {task.title["vi"]: task for task in tasks_of(session, event.id)}
        assert set(after) == {"Gửi thư mời", "Đặt xe", "Việc riêng"}, "the file's own task went, a person's stays"
        assert after["Gửi thư mời"].id == before["Gửi thư mời"]
        assert after["Gửi thư mời"].due_offset == "-P45D"
    assert load(visit) == LoadReport(unchanged=6)


def test_rank_and_counterpart_of_a_member_follow_the_file(database: Database, load: Load, visit: Path) -> None:
    edit(visit, ("{person: binh}", "{person: binh, rank: 2, counterpart: an}"))
    load(visit, LATER)

    def binh() -> tuple[int | None, str | None]:
        with database.transaction(write=False) as session:
            (seat,) = [seat for seat in members.positions_of(session, event_of(session).id) if seat.member.rank]
            return seat.member.rank, seat.counterpart.name if seat.counterpart else None

    assert binh() == (2, "Nguyễn Văn An")
    edit(visit, ("rank: 2, counterpart: an", "rank: 3, counterpart: null"))
    assert load(visit, LATER) == LoadReport(changed=1, unchanged=5)
    assert binh() == (3, None)


@pytest.mark.parametrize("wrong", ["nobody", "binh"])
def test_counterpart_in_a_file_is_checked(load: Load, visit: Path, wrong: str) -> None:
    edit(visit, ("{person: binh}", f"{{person: binh, counterpart: {wrong}}}"))
    with pytest.raises(BadFiles) as failed:
        load(visit, LATER)
    assert [problem.path for problem in failed.value.problems] == [HERE + "members[1].counterpart"]


@pytest.mark.both_databases("parts are deleted")
def test_a_member_who_leaves_the_file_leaves_the_visit(database: Database, load: Load, visit: Path) -> None:
    edit(visit, ("      - {person: binh}\n", ""))
    load(visit, LATER)
    with database.transaction(write=False) as session:
        assert session.exec(select(func.count()).select_from(Member)).one() == 1


@pytest.mark.both_databases("tombstones of seed entries")
def test_what_was_deleted_comes_back_only_when_its_entry_is_edited(database: Database, load: Load, visit: Path) -> None:
    with database.transaction() as session:
        events.delete_event(session, ACT, event_of(session))
    assert load(visit, LATER) == LoadReport(unchanged=6)
    edit(visit, ("headcount: 12", "headcount: 13"))
    load(visit, LATER)
    with database.transaction(write=False) as session:
        event = event_of(session)
        assert event.headcount == 13
        for model, count in ((Member, 2), (ProgrammeItem, 2), (Task, 2)):
            assert session.exec(select(func.count()).select_from(model)).one() == count


def test_an_event_keeps_its_kind(load: Load, visit: Path) -> None:
    edit(visit, ("kind: delegation", "kind: activity\n    activity_type: meeting"))
    assert told(load, visit) == [
        "trial.yaml:11: events[visit].kind: An event keeps its kind; write a new entry with another key instead."
    ]


def test_a_place_somebody_made_before_is_taken_as_it_is(database: Database, load: Load, write: Write) -> None:
    with database.transaction() as session:
        make_locality(session, "hai-duong", name={"vi": "Của chúng tôi"})
        make_user(session)
    assert load(write(PLACES)).created == 5
    with database.transaction(write=False) as session:
        home = session.get(Locality, "hai-duong")
        assert home is not None
        assert home.name == {"vi": "Của chúng tôi"}


@pytest.mark.both_databases("look-ups by key")
def test_the_files_may_come_one_after_the_other(load: Load, write: Write) -> None:
    assert load(write(PLACES, "1.yaml")) == LoadReport(created=5)
    assert load(write(VISIT, "2.yaml")) == LoadReport(created=1)


def test_two_loads_at_once_load_once(load: Load, write: Write) -> None:
    from concurrent.futures import ThreadPoolExecutor

    path = write(PLACES + VISIT)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(load, [path] * 4))
    assert sorted(report.created for report in reports) == [0, 0, 0, 6]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("title: {vi: Đoàn công tác}", "title: {vi: Đoàn khác}", "title"),
        (
            "{person: an, role: head}\n      - {person: binh}",
            "{person: an}\n      - {person: binh, role: head}",
            "head",
        ),
    ],
)
def test_load_that_changes_a_confirmed_visit_leaves_it_to_be_accepted(
    load: Load, write: Write, database: Database, before: str, after: str, field: str
) -> None:
    path = write(PLACES + VISIT)
    load(path)
    with database.transaction() as session:
        approver = ActionContext(make_user(session, Role.APPROVER), NOW, OFFICE)
        found = events.find_event(session, event_of(session).id)
        events.transition(session, approver, found, EventStatus.PLANNED)
        events.transition(session, approver, found, EventStatus.CONFIRMED)
    assert before in VISIT
    path.write_text(path.read_text().replace(before, after))
    load(path)
    with database.transaction(write=False) as session:
        found = event_of(session)
        assert found.changed_since_confirmed
        assert found.corrections.keys() == {field}
        assert found.corrections[field]["by"] is None, "nobody's, so any approver may accept it"
