"""The migrations of people's terms, names, sides and particulars: what is known moves along, and nothing is dropped."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.migrate import downgrade, upgrade
from models.places import Particulars, Person, Position
from models.vocabulary import MemberRole, Side
from tests import factories

pytestmark = pytest.mark.both_databases("migrations up and down")
BEFORE = "0028"


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What the version before knows of people and members, as it stores it."""
    with database.engine.connect() as connection:
        people = connection.execute(
            text("SELECT id, name, position, organisation_id, precedence, version, updated_at FROM person ORDER BY id")
        ).all()
        members = connection.execute(
            text("SELECT id, event_id, person_id, role, rank, organisation_id, version FROM member ORDER BY id")
        ).all()
    return {"person": [tuple(row) for row in people], "member": [tuple(row) for row in members]}


def test_what_people_are_becomes_a_term_and_their_place_a_side(database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "hai-phong")
        factories.make_locality(session, "hai-duong", successor="hai-phong", succeeded_on=date(2025, 7, 1))
        bodies = {
            code: factories.make_organisation(session, locality=code).id
            for code in ("hai-duong", "hai-phong", "vientiane-province", "vientiane-capital")
        }
        people = {
            code: factories.make_person(session, organisation_id=body, position={"vi": code}, precedence=7).id
            for code, body in bodies.items()
        }
        people["nowhere"] = factories.make_person(session).id
        days = {"first_day": date(2024, 9, 18)}
        visits = {
            "incoming": factories.make_event(session, **days),
            "outgoing": factories.make_event(session, host="vientiane-province", guest="hai-duong", **days),
            "at home": factories.make_event(session, guest=None, first_day=date(2026, 1, 1)),
        }
        for visit in visits.values():
            for person in people.values():
                factories.make_member(session, visit, session.get_one(Person, person))
        ids = {name: visit.id for name, visit in visits.items()}
    before = rows_of(database)
    database.dispose()
    downgrade(url_of(database), BEFORE)
    assert rows_of(database) == before
    upgrade(url_of(database))
    assert rows_of(database) == before
    with database.transaction(write=False) as session:
        terms = session.exec(select(Position)).all()
        assert {
            (one.person_id, one.organisation_id, one.title["vi"], one.precedence) for one in terms if one.title
        } == {(people[code], bodies[code], code, 7) for code in bodies}
        assert {(one.starts_on, one.ends_on) for one in terms} == {(None, None)}
        sides = {
            name: {
                where: session.exec(select(Member).where(Member.event_id == visit, Member.person_id == person))
                .one()
                .side.value
                for where, person in people.items()
            }
            for name, visit in ids.items()
        }
        positions = {one.person_id: one.position for one in session.exec(select(Member))}
    assert positions == {people[code]: {"vi": code} for code in bodies} | {people["nowhere"]: None}
    # Of a visit of 2024 Hải Phòng is not yet what Hải Dương was, but nothing else either.
    assert sides["incoming"] == {
        "hai-duong": "host", "hai-phong": "host", "vientiane-province": "guest", "vientiane-capital": "guest",
        "nowhere": "guest",
    }  # fmt: skip
    assert sides["outgoing"] == {
        "hai-duong": "guest", "hai-phong": "guest", "vientiane-province": "host", "vientiane-capital": "host",
        "nowhere": "guest",
    }  # fmt: skip
    assert sides["at home"] == {
        "hai-duong": "host", "hai-phong": "host", "vientiane-province": "guest", "vientiane-capital": "guest",
        "nowhere": "guest",
    }  # fmt: skip


def _term(session: Session, person: Person, member: Member) -> None:
    session.add(Position(person_id=person.id, starts_on=date(2024, 1, 1)))


def _second(session: Session, person: Person, member: Member) -> None:
    for precedence in (1, 2):
        session.add(Position(person_id=person.id, precedence=precedence))


def _name(session: Session, person: Person, member: Member) -> None:
    person.name_lo = "ຄຳ"


def _address(session: Session, person: Person, member: Member) -> None:
    person.honorific = {"vi": "Ông"}


def _promoted(session: Session, person: Person, member: Member) -> None:
    person.position = {"vi": "Giám đốc"}


def _side(session: Session, person: Person, member: Member) -> None:
    member.side = Side.HOST


def _heads(session: Session, person: Person, member: Member) -> None:
    event = session.get_one(Event, member.event_id)
    host = factories.make_person(session, organisation_id=factories.make_organisation(session).id)
    factories.make_member(session, event, host, role=MemberRole.HEAD)


def _particulars(session: Session, person: Person, member: Member) -> None:
    session.add(Particulars(person_id=person.id, sealed=b"x", stored_at=factories.NOW))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_term, "1 positions with days"),
        (_second, "2 positions with days, or beside another"),
        (_name, "1 people with a second spelling"),
        (_address, "a form of address"),
        (_promoted, "1 people of visits who had another position"),
        (_side, "1 people of visits on another side"),
        (_heads, "1 events with a head on each side"),
        (_particulars, "particulars of 1 people"),
    ],
)
def test_what_the_version_before_cannot_hold_stops_the_way_down(
    database: Database, change: Callable[[Session, Person, Member], None], told: str
) -> None:
    with database.transaction() as session:
        person = factories.make_person(session)
        event = factories.make_event(session)
        member = factories.make_member(session, event, person, role=MemberRole.HEAD)
        change(session, person, member)
    database.dispose()
    with pytest.raises(RuntimeError, match=told):
        downgrade(url_of(database), BEFORE)
