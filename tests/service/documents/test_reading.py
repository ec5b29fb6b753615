"""What papers are made from: what their reader sees of a visit, by the names of its day, in few queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import Session

from calendars.documents.facts import DocumentFacts
from models.database import Database
from models.event_parts import ProgrammeItem
from models.events import Event
from models.places import Person, Position
from models.vocabulary import (
    Direction,
    DocumentKind,
    MemberRole,
    ResourceType,
    Role,
    Side,
)
from service.actions import permissions
from service.actions.bookings import bookings, resources
from service.actions.context import ActionContext
from service.actions.directory import particulars, passports
from service.actions.documents import access, making
from service.actions.documents.reading import VisitReading, Wanted
from service.actions.events import events, programme_revisions
from service.actions.permissions import Sight
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller
from tests.service.documents.test_documents_api import Visit, owner, visit
from tests.service.properties.traces import plain

__all__ = ["owner", "visit"]

pytestmark = pytest.mark.both_databases("facts are read with queries of their own")

SECRET = "a secret for tests, long enough to be one"
ACT = ActionContext(None, NOW, OFFICE)


def read(session: Session, event_id: str, wanted: Wanted | None = None, act: ActionContext = ACT) -> DocumentFacts:
    one = wanted or Wanted()
    return VisitReading.load(session, act, events.find_event(session, event_id), [one]).facts(one)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run inside."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)


# The names of the day


def merge_provinces(session: Session) -> None:
    """Hải Dương becomes part of Hải Phòng on 1 July 2025, and its department of its."""
    factories.make_locality(session, "hai-phong")
    place = factories.make_locality(session, "hai-duong")
    place.successor, place.succeeded_on = "hai-phong", date(2025, 7, 1)


@pytest.mark.parametrize(
    ("day", "host", "body", "place"),
    [
        (date(2025, 6, 30), "Hải Dương", "Sở Ngoại vụ tỉnh Hải Dương", "Hải Dương"),
        (date(2025, 7, 1), "Hải Phòng", "Sở Ngoại vụ thành phố Hải Phòng", "Hải Phòng"),
    ],
)
def test_names_are_those_of_the_visits_day_over_a_merger(
    app: object, database: Database, day: date, host: str, body: str, place: str
) -> None:
    with database.transaction() as session:
        merge_provinces(session)
        new = factories.make_organisation(
            session, name={"vi": "Sở Ngoại vụ thành phố Hải Phòng"}, locality="hai-phong", starts_on=date(2025, 7, 1)
        )
        old = factories.make_organisation(
            session,
            name={"vi": "Sở Ngoại vụ tỉnh Hải Dương"},
            ends_on=date(2025, 6, 30),
            successor_id=new.id,
        )
        event = factories.make_event(session, first_day=day, organisation_id=old.id)
        chief = factories.make_person(session, name="Trần Văn Chung")
        for organisation, title, starts, ends in (
            (old, "Giám đốc", None, date(2025, 6, 30)),
            (new, "Phó Giám đốc", date(2025, 7, 1), None),
        ):
            term = {"title": {"vi": title}, "starts_on": starts, "ends_on": ends}
            session.add(Position(person_id=chief.id, organisation_id=organisation.id, **term))
        session.flush()
        facts = read(session, event.id, Wanted(signed_by=chief.id))
    assert facts.visit.host.name["vi"] == host
    assert facts.issuer.body is not None
    assert facts.issuer.body.name["vi"] == body
    assert facts.issuer.place.name["vi"] == place
    assert facts.issuer.signatory is not None
    assert facts.issuer.signatory.position == {"vi": "Giám đốc" if place == "Hải Dương" else "Phó Giám đốc"}


@pytest.mark.parametrize(
    ("first_day", "issued_on", "place"),
    [
        (date(2027, 3, 10), None, "Hải Phòng"),  # issued today, long after the merger
        (date(2025, 6, 1), None, "Hải Dương"),  # at the latest on the visit's first day
        (date(2025, 6, 1), date(2025, 7, 2), "Hải Phòng"),  # a report after it, as the clerk has dated it
        (date(2027, 3, 10), date(2025, 6, 30), "Hải Dương"),
    ],
)
def test_a_head_has_the_names_of_the_day_of_issue(
    app: object, database: Database, first_day: date, issued_on: date | None, place: str
) -> None:
    with database.transaction() as session:
        merge_provinces(session)
        body = factories.make_organisation(session)
        event = factories.make_event(session, first_day=first_day, organisation_id=body.id)
        facts = read(session, event.id, Wanted(issued_on=issued_on))
    assert facts.issuer.place.name["vi"] == place


def test_members_are_what_they_were_when_they_were_added(visit: Visit, database: Database) -> None:
    with database.transaction() as session:
        person = session.get_one(Person, visit.chair)
        person.position, person.organisation_id = {"vi": "Chủ tịch"}, visit.other
        session.flush()
        facts = read(session, visit.event_id)
    (chair,) = [one.person for one in facts.members if one.person.id == visit.chair]
    assert (chair.position, chair.body_id) == ({"vi": "Giám đốc"}, visit.department)


def test_a_body_stands_below_the_one_above_it_and_in_its_place(app: object, database: Database) -> None:
    with database.transaction() as session:
        people = factories.make_organisation(session, name={"vi": "Ủy ban nhân dân"}, aliases=["UBND"])
        body = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"}, parent_id=people.id, aliases=["SNgV"])
        event = factories.make_event(session, organisation_id=body.id)
        found = read(session, event.id).issuer.body
    assert found is not None
    assert (found.superior, found.aliases, found.locality.code) == ({"vi": "Ủy ban nhân dân"}, ("SNgV",), "hai-duong")


@pytest.mark.parametrize(
    ("host", "guest", "direction", "side"),
    [
        ("hai-duong", "vientiane-province", Direction.INCOMING, Side.HOST),
        ("vientiane-province", "hai-duong", Direction.OUTGOING, Side.GUEST),
        ("hai-duong", "hai-phong", Direction.INCOMING, Side.HOST),
    ],
)
def test_the_offices_side_follows_the_direction(
    app: object, database: Database, host: str, guest: str, direction: Direction, side: Side
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, host=host, guest=guest)
        found = read(session, event.id).visit
    assert found.own_side is side
    assert guest == "hai-phong" or found.direction is direction


def test_a_letter_for_one_body_holds_its_tasks_only(visit: Visit, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        factories.make_task(session, event, title={"vi": "Tiệc chào mừng"}, organisation_id=visit.department)
        factories.make_task(session, event, title={"vi": "Chưa giao ai"})
        wanted = Wanted(only_body=visit.other)
        reading = VisitReading.load(session, ACT, events.find_event(session, event.id), [wanted, Wanted()])
        assert [task.title["vi"] for task in reading.facts(wanted).tasks] == ["Bảo vệ đoàn"]
        assert len(reading.facts().tasks) == 3


# As much as its reader sees


@dataclass
class Told:
    """A visit each of whose parts holds a word, and from how much of the visit on it is seen."""

    event_id: str
    words: dict[str, Sight]


@pytest.fixture
def told(visit: Visit, database: Database) -> Told:
    """The visit with everything that is not for everybody."""
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        session.add(
            ProgrammeItem(
                event_id=event.id, day=event.first_day, start_time=time(9), title={"vi": "tucongbo"}, place={"vi": "x"}
            )
        )
        session.flush()
        programme_revisions.publish_programme(session, ACT, event, None)
        session.add(
            ProgrammeItem(event_id=event.id, day=event.first_day, start_time=time(11), title={"vi": "tuchuacongbo"})
        )
        factories.make_task(session, event, title={"vi": "tuviecrieng"}, organisation_id=visit.department)
        car = resources.create_resource(
            session,
            ACT,
            {"name": {"vi": "Xe 16 chỗ"}, "type": ResourceType.VEHICLE, "locality": "hai-duong", "seats": 16},
        )
        bookings.make_bookings(
            session, ACT, [{"event_id": event.id, "resource_id": car.id, "note": "tughichu"}], several=False
        )
        in_charge = factories.make_user(session, organisation_id=visit.department, name="Tuphutrach")
        event.in_charge_id = in_charge.id
        guest = factories.make_person(session, name="Người Có Máy", phone="tusodienthoai", organisation_id=visit.other)
        factories.make_member(session, event, guest)
        words = {
            "tucongbo": Sight.SHARED,
            "tuchuacongbo": Sight.OFFICE,
            "tuviecrieng": Sight.OFFICE,
            "tughichu": Sight.OFFICE,
            "tuphutrach": Sight.WHOLE,
            "tusodienthoai": Sight.OFFICE,
        }
        return Told(event.id, words)


def words_in(value: Any) -> str:
    return repr(value).lower()


def reader_of_sight(session: Session, visit: Visit, sight: Sight) -> Any:
    """An account that sees so much of the visit."""
    event = session.get_one(Event, visit.event_id)
    match sight:
        case Sight.WHOLE:
            return factories.make_user(session, Role.OFFICER, organisation_id=visit.department)
        case Sight.OFFICE:
            return factories.make_user(session, Role.OFFICER, organisation_id=visit.other)
        case _:
            theirs = factories.make_organisation(session, locality="vientiane-province")
            person = factories.make_person(session, organisation_id=theirs.id)
            factories.make_member(session, event, person)
            return factories.make_user(session, Role.OFFICER, organisation_id=theirs.id)


@pytest.mark.parametrize("sight", list(Sight))
def test_facts_hold_what_their_reader_sees_and_nothing_else(
    visit: Visit, told: Told, database: Database, sight: Sight
) -> None:
    with database.transaction() as session:
        user = reader_of_sight(session, visit, sight)
        permissions.reads_as(session, user)
        event = events.find_event(session, told.event_id)
        assert permissions.sight(session, event) is sight
        act = ActionContext(user, NOW, OFFICE)
        facts = read(session, told.event_id, act=act)
        kinds = access.kinds_of(session, act, event, facts)
    assert facts.issuer.body is not None
    # Another office issues no paper in the name of the one in charge.
    assert facts.issuer.body.id == (user.organisation_id if sight is Sight.SHARED else visit.department)
    said = words_in(facts)
    for word, needed in told.words.items():
        assert (word in said) == (sight >= needed), (word, sight)
    for kind in DocumentKind:
        if kind in kinds:
            assert sight >= access.NEEDED.get(kind, Sight.WHOLE)
    assert DocumentKind.PROGRAMME in kinds


@pytest.mark.parametrize("sight", list(Sight))
@pytest.mark.parametrize("file_format", ["docx", "pdf", "xlsx"])
def test_files_hold_what_their_reader_sees_down_to_their_bytes(
    visit: Visit, told: Told, database: Database, caller: Callable[..., Caller], sight: Sight, file_format: str
) -> None:
    with database.transaction() as session:
        body = reader_of_sight(session, visit, sight).organisation_id
    reader = caller(Role.OFFICER, organisation_id=body)
    answer = reader.get(f"/events/{told.event_id}/documents/programme.{file_format}")
    assert answer.status_code == 200, answer.text
    said = plain(answer.data)
    for word in ("tucongbo", "tuchuacongbo"):
        assert (word in said) == (sight >= told.words[word]), (word, sight)


# In a fixed number of queries


def furnish(session: Session, visit: Visit, number: int) -> str:
    """A visit with so many members, tasks and items, each member with particulars and a passport of another's."""
    event = factories.make_event(session, organisation_id=visit.department)
    for place in range(number):
        body = factories.make_organisation(session)
        person = factories.make_person(session, organisation_id=body.id)
        factories.make_member(session, event, person, role=MemberRole.MEMBER)
        particulars.store_particulars(session, ACT, SECRET, person, {"born_on": date(1970, 1, 1 + place)})
        passports.store_passport(session, ACT, SECRET, person, {"number": f"B123456{place}"})
        factories.make_task(session, event, organisation_id=body.id, person_id=person.id)
        session.add(
            ProgrammeItem(event_id=event.id, day=event.first_day, start_time=time(8 + place), title={"vi": "x"})
        )
    session.flush()
    return event.id


@pytest.mark.parametrize("sight", [Sight.OFFICE, Sight.WHOLE])
def test_a_large_visit_is_read_with_as_many_queries_as_a_small_one(
    visit: Visit, database: Database, sight: Sight
) -> None:
    with database.transaction() as session:
        ids = [furnish(session, visit, number) for number in (1, 3)]
        user = reader_of_sight(session, visit, sight)
        for one in ids:
            factories.make_task(session, session.get_one(Event, one), organisation_id=user.organisation_id)
    counts = []
    for one in ids:
        with database.transaction(write=False) as session:
            permissions.reads_as(session, user)
            event = events.find_event(session, one)
            act = ActionContext(user, NOW, OFFICE)
            with counted(database) as statements:
                reading = VisitReading.load(session, act, event, [Wanted()], secret=SECRET)
                making.statuses(reading, event, Wanted())
            counts.append(len(statements))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 40


def test_the_list_of_papers_is_read_with_as_many_queries_however_many_are_kept(
    visit: Visit, owner: Caller, database: Database
) -> None:
    counts = []
    for number in (1, 3):
        for _more in range(number):
            owner.made(visit.documents, {"kind": "programme", "issued_by": visit.other, "signed_by": visit.chair})
        owner.get(visit.documents)
        with counted(database) as statements:
            assert len(owner.get(visit.documents).json["kept"]) >= number
        counts.append(len(statements))
    assert counts[0] == counts[1], counts
