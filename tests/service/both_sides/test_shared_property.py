"""Property: who reads which event by the two forms of the rule is who reads it by its definition, shares included.

Random events, members, tasks and shares of three offices. The definition stands here in Python, written from the
decisions and not from the code: public; in charge; takes part; shared with an office all of which the account reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models.accounts import User
from models.both_sides.share import EventShare
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.places import Organisation
from models.queries import event_readers, shares
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.event_readers import ReadingRights, reader_of, visible_to
from models.vocabulary import Role, Visibility
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.events import task_queries
from tests import factories

PLACES = ("hai-duong", "vientiane-province", "hai-phong")
"""The default office, and two others."""
KINDS = (Role.VIEWER, Role.OFFICER, Role.APPROVER, Role.ADMIN)


@dataclass
class Body:
    """An organisation: of which place, and its accounts by their role."""

    id: str
    place: str
    protocol_office: bool
    accounts: dict[Role, User] = field(default_factory=dict)


@dataclass
class Desk:
    """Two departments and a protocol office at each place, each with an account of every role."""

    bodies: list[Body]


@dataclass(frozen=True)
class Visit:
    """A random event: places and bodies are numbers."""

    host: int
    guest: int
    body: int
    is_public: bool
    members: tuple[int, ...]
    tasks: tuple[int, ...]
    share: int | None


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    host = draw(st.integers(0, 2))
    guest = draw(st.integers(0, 2).filter(lambda one: one != host))
    body = draw(st.integers(0, 2)) + 3 * draw(st.sampled_from((host, guest)))
    bodies = st.lists(st.integers(0, 8), max_size=2).map(tuple)
    share = draw(st.none() | st.just(guest if body // 3 == host else host))
    return Visit(host, guest, body, draw(st.integers(0, 5)) == 0, draw(bodies), draw(bodies), share)


@pytest.fixture
def desk(database: Database) -> Desk:
    found = []
    with database.transaction() as session:
        for place in PLACES:
            for number in range(3):
                is_protocol = number == 2
                made = factories.make_organisation(session, locality=place, protocol_office=is_protocol)
                body = Body(made.id, place, is_protocol)
                for role in KINDS:
                    body.accounts[role] = factories.make_user(session, role, organisation_id=made.id)
                found.append(body)
    return Desk(found)


class Undo(Exception):
    """Nothing of an example stays."""


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    try:
        with database.transaction() as session:
            yield session
            raise Undo
    except Undo:
        pass


def make(session: Session, desk: Desk, visit: Visit, now: datetime) -> Event:
    event = factories.make_event(
        session,
        host=PLACES[visit.host],
        guest=PLACES[visit.guest],
        organisation_id=desk.bodies[visit.body].id,
        visibility=Visibility.PUBLIC if visit.is_public else Visibility.INTERNAL,
    )
    for body in visit.members:
        factories.make_member(session, event, factories.make_person(session, organisation_id=desk.bodies[body].id))
    for body in visit.tasks:
        factories.make_task(session, event, organisation_id=desk.bodies[body].id)
    if visit.share is not None:
        session.add(EventShare(event_id=event.id, office=PLACES[visit.share], shared_at=now))
    session.flush()
    return event


def reads_whole(body: Body, role: Role) -> bool:
    return role in (Role.APPROVER, Role.ADMIN) or body.protocol_office


def may_read(desk: Desk, visit: Visit, number: int, role: Role) -> bool:
    """The definition."""
    body, own = desk.bodies[number], desk.bodies[visit.body]
    if visit.is_public or number == visit.body or number in (*visit.members, *visit.tasks):
        return True
    if not reads_whole(body, role):
        return False
    return body.place == own.place or (visit.share is not None and body.place == PLACES[visit.share])


def tasks_seen(desk: Desk, visit: Visit, number: int, role: Role) -> list[int]:
    """The definition, for who reads the event: whose tasks of it somebody sees."""
    body, own = desk.bodies[number], desk.bodies[visit.body]
    if body.place == own.place:
        return sorted(visit.tasks)
    is_shared = visit.share is not None and body.place == PLACES[visit.share] and reads_whole(body, role)
    return sorted(one for one in visit.tasks if one == number or (is_shared and desk.bodies[one].place == body.place))


def check(session: Session, desk: Desk, planned: list[Visit], now: datetime) -> None:
    """Compare both forms of the rule with the definition, for every account."""
    made = [make(session, desk, visit, now) for visit in planned]
    ids = [one.id for one in made]
    emails = {f"email:{user.email}" for body in desk.bodies for user in body.accounts.values()}
    index = AudienceIndex.load(session, emails, EventSelection(tuple(ids)), of_tasks=True)
    number_of = {body.id: number for number, body in enumerate(desk.bodies)}
    for number, body in enumerate(desk.bodies):
        for role, user in body.accounts.items():
            wanted = [may_read(desk, visit, number, role) for visit in planned]
            listed = set(session.exec(select(Event.id).where(visible_to(reader_of(session, user)))).all())
            assert [one in listed for one in ids] == wanted, (body, role, "by SELECT")
            told = [index.can_tell(user.id, one) for one in made]
            assert told == wanted, (body, role, "by facts")
            with permissions.reading_as(session, user):
                query: Any = task_queries.tasks_where(session, factories_act(user, now), {})
                rows = session.execute(query).all()
                for event, visit, is_read in zip(made, planned, wanted, strict=True):
                    seen = sorted(number_of[row.Task.organisation_id] for row in rows if row.Task.event_id == event.id)
                    assert seen == (tasks_seen(desk, visit, number, role) if is_read else []), (body, role, "tasks")
                    if is_read:
                        one_by_one = task_queries.tasks_of_event(session, event)
                        assert sorted(number_of[one.organisation_id or ""] for one in one_by_one) == seen
            for task in session.exec(select(Task).where(col(Task.event_id).in_(ids))):
                place = ids.index(task.event_id)
                if wanted[place]:
                    sees = index.sees_task(index.accounts[user.id], made[place], task)
                    assert sees == (
                        number_of[task.organisation_id or ""] in tasks_seen(desk, planned[place], number, role)
                    )


def factories_act(user: User, now: datetime) -> ActionContext:
    return ActionContext(user, now, factories.OFFICE)


@pytest.mark.both_databases("the condition of every list with shares in it")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planned=st.lists(visits(), min_size=1, max_size=4))
def test_both_forms_of_the_rule_are_the_definition(
    database: Database, desk: Desk, now: datetime, planned: list[Visit]
) -> None:
    with undone(database) as session:
        check(session, desk, planned, now)


SHARED = Visit(host=0, guest=1, body=0, is_public=False, members=(), tasks=(3,), share=1)


def test_the_example_that_the_controls_rest_on(database: Database, desk: Desk, now: datetime) -> None:
    with undone(database) as session:
        check(session, desk, [SHARED], now)


@pytest.mark.parametrize("guard", ["select", "facts", "everybody", "line"])
def test_a_rule_that_forgets_shares_is_noticed(
    database: Database, desk: Desk, now: datetime, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """The controls: each half of the rule switched off, or open to whoever."""
    match guard:
        case "select":
            monkeypatch.setattr(event_readers, "shared_to", lambda *_: col(Event.id).is_(None))
        case "facts":
            monkeypatch.setattr(ReadingRights, "is_shared", lambda *_: False)
        case "everybody":
            monkeypatch.setattr(ReadingRights, "is_shared", lambda _self, code: code is not None)
        case "line":
            monkeypatch.setattr(event_readers, "shared_with", lambda *_: select(col(EventShare.event_id)))
            monkeypatch.setattr(shares, "office_line", lambda *_: frozenset(PLACES))
    with undone(database) as session, pytest.raises(AssertionError):
        check(session, desk, [SHARED], now)


@pytest.mark.parametrize("succeeded", [False, True])
def test_a_share_follows_the_line_of_its_office(database: Database, desk: Desk, now: datetime, succeeded: bool) -> None:
    with undone(database) as session:
        event = make(session, desk, SHARED, now)
        if succeeded:
            factories.make_locality(session, "xaysomboun")
            for code in ("vientiane-province",):
                place = factories.make_locality(session, code)
                place.successor, place.succeeded_on = "xaysomboun", now.date()
            session.flush()
        reader = desk.bodies[3].accounts[Role.ADMIN]
        assert session.exec(select(Event.id).where(visible_to(reader_of(session, reader)))).all() == [event.id]
        stranger = desk.bodies[6].accounts[Role.ADMIN]
        assert session.exec(select(Event.id).where(visible_to(reader_of(session, stranger)))).all() == []
        body = session.get_one(Organisation, desk.bodies[0].id)
        assert body.locality == PLACES[0]
