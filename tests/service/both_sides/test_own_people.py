"""The other side of a shared visit says whether its own people come and how they travel, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.accounts import Audit
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.vocabulary import EventStatus, Role, Side
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("the other side writes answers of its own people")

ASK = {"asks": [{"what": "answer", "until": "2027-02-01"}]}
TRIP = {"at": "2027-03-10T10:30", "by": "QV 314", "place": "Nội Bài"}


@dataclass
class Guests:
    """The people of the visit: two of the other side, one of whom has no organisation, and one of the hosts'."""

    khamla: str
    dala: str
    host: str


@pytest.fixture
def guests(two: TwoOffices, database: Database) -> Guests:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        khamla = factories.make_person(session, name="Khamla", organisation_id=two.other_body_id)
        dala = factories.make_person(session, name="Dala", organisation_id=None)
        host = factories.make_person(session, name="Nguyễn An", organisation_id=two.body_id)
        ids = (
            factories.make_member(session, event, khamla, side=Side.GUEST).id,
            factories.make_member(session, event, dala, side=Side.GUEST).id,
            factories.make_member(session, event, host, side=Side.HOST).id,
        )
    two.share(**ASK)
    return Guests(*ids)


@pytest.fixture
def officer(two: TwoOffices, database: Database, signed_in: Callable[..., Browser]) -> Browser:
    """An officer of the other side's protocol office."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality="vientiane-province", protocol_office=True).id
    return signed_in(Role.OFFICER, organisation_id=body)


def patch(who: Caller, two: TwoOffices, member: str, body: dict[str, Any]) -> Any:
    return who.patch(f"{two.path}/members/{member}", body, "*")


def visit(database: Database, two: TwoOffices) -> Any:
    with database.transaction(write=False) as session:
        event = session.get_one(Event, two.event_id)
        return event.version, event.sequence, event.confirmed_at, event.updated_at


def asked(two: TwoOffices, officer: Browser) -> bool:
    """Whether the answer is waited for."""
    return f'class="button" href="{two.path}/coming"' in officer.get(f"{two.path}/shared").text


def test_the_three_fields_of_own_people_and_who_did_it_in_both_trails(
    two: TwoOffices, guests: Guests, database: Database
) -> None:
    before = visit(database, two)
    met = {"arrival": {"met_by": "Bình"}}
    assert patch(two.owner, two, guests.khamla, met).status_code == 200
    body = {"answer": "accepted", "arrival": TRIP | {"met_by": "Khác"}, "departure": {"at": "2027-03-12"}}
    answer = patch(two.other, two, guests.khamla, body)
    assert answer.status_code == 200, answer.text
    assert answer.json["answer"] == "accepted"
    assert answer.json["arrival"] == TRIP | {"met_by": "Bình"}, "who meets them is the hosts' to say"
    assert patch(two.other, two, guests.dala, {"answer": "declined"}).status_code == 200
    assert patch(two.other, two, guests.dala, {"answer": "declined"}).status_code == 200
    assert visit(database, two) == before
    with database.transaction(write=False) as session:
        rows = session.exec(
            select(Audit).where(Audit.actor_id == two.other.user_id, col(Audit.entity) == "member")
        ).all()
    assert sorted((row.entity_id, row.event_id or "") for row in rows) == sorted(
        (member, event) for member in (guests.khamla, guests.dala) for event in (two.event_id, "")
    )
    trail = two.owner.get(f"/audit?event_id={two.event_id}&entity=member")
    if trail.status_code == 200:
        assert two.other.user_id in {row["actor_id"] for row in trail.json}


@pytest.mark.parametrize(
    "body", [{"side": "host"}, {"role": "head"}, {"answer": "accepted", "rank": 1}, {"came": True}]
)
def test_no_other_field(two: TwoOffices, guests: Guests, body: dict[str, Any], database: Database) -> None:
    assert patch(two.other, two, guests.khamla, body).status_code == 403
    with database.transaction(write=False) as session:
        assert session.get_one(Member, guests.khamla).version == 1


def test_nobody_elses_people_and_nobody_else(
    two: TwoOffices, guests: Guests, caller: Callable[..., Caller], database: Database
) -> None:
    yes = {"answer": "accepted"}
    assert patch(two.other, two, guests.host, yes).status_code == 403
    viewer = caller(Role.VIEWER, organisation_id=two.other_body_id)
    assert patch(viewer, two, guests.khamla, yes).status_code in {403, 404}
    with database.transaction() as session:
        third = factories.make_organisation(session, locality="ha-noi").id
    assert patch(caller(Role.ADMIN, organisation_id=third), two, guests.khamla, yes).status_code == 404
    assert patch(two.other, two, guests.khamla, yes).status_code == 200, "the control"
    two.unshare()
    # Its body still takes part and reads the visit.
    assert patch(two.other, two, guests.khamla, {"answer": "declined"}).status_code == 403


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.COMPLETED])
def test_not_of_a_visit_that_is_cancelled_or_over(
    two: TwoOffices, guests: Guests, officer: Browser, database: Database, status: EventStatus
) -> None:
    with database.transaction() as session:
        session.get_one(Event, two.event_id).status = status
    answer = patch(two.other, two, guests.khamla, {"answer": "accepted"})
    assert (answer.status_code, answer.json["code"]) == (409, "event_closed")
    assert 'name="do"' not in officer.get(f"{two.path}/coming").text.partition("<main")[2]
    assert officer.send(f"{two.path}/coming", do="all", row=guests.khamla).status_code in {403, 409, 412}


def form(guests: Guests, **more: str) -> dict[str, Any]:
    """What the page sends: the form of both people of that side, as nothing is known yet."""
    rows = (guests.khamla, guests.dala)
    kept = {f"{row}.{name}": value for row in rows for name, value in (("version", "1"), ("answer", "needs_action"))}
    return {"row": list(rows)} | kept | more


def test_all_people_stand_in_one_form(two: TwoOffices, guests: Guests, officer: Browser, database: Database) -> None:
    path, dala, khamla = f"{two.path}/coming", guests.dala, guests.khamla
    assert asked(two, officer)
    page = officer.get(path).text
    assert page.count("<select") == page.count(".answer") == 2
    assert "Nguyễn An" not in page.partition("<main")[2]
    one = form(guests, **{f"{khamla}.answer": "accepted", f"{khamla}.arrival.day": "2027-03-10"})
    answer = officer.send(path, do="own", **one)
    assert answer.status_code == 303, answer.text
    assert asked(two, officer), "one has not answered"
    with database.transaction(write=False) as session:
        assert session.get_one(Member, khamla).arrival == {"at": "2027-03-10"}
        assert session.get_one(Member, dala).version == 1, "what is as it was is not written"
    again = form(guests, **{f"{dala}.answer": "tentative", f"{khamla}.answer": "declined"})
    stale = officer.send(path, do="own", **again)
    assert stale.status_code == 412
    with database.transaction(write=False) as session:
        assert session.get_one(Member, dala).version == 1, "all of it or nothing"
    wrong = {f"{dala}.arrival.day": "2027-03-10", f"{dala}.departure.day": "2027-03-09", f"{khamla}.version": "2"}
    refused = officer.send(path, do="own", **form(guests, **wrong))
    assert refused.status_code == 422
    assert "Dala: " in refused.text
    assert 'value="2027-03-09"' in refused.text


def test_all_come_with_one_button(two: TwoOffices, guests: Guests, officer: Browser, database: Database) -> None:
    path = f"{two.path}/coming"
    assert officer.send(path, do="all", **form(guests)).status_code == 303
    with database.transaction(write=False) as session:
        answers = {one: str(session.get_one(Member, one).answer) for one in (guests.khamla, guests.dala, guests.host)}
    assert answers == {guests.khamla: "accepted", guests.dala: "accepted", guests.host: "needs_action"}
    assert not asked(two, officer)
    planted = officer.send(
        path, do="own", **{"row": guests.host, f"{guests.host}.version": "1", f"{guests.host}.answer": "declined"}
    )
    assert planted.status_code == 403


def test_a_viewer_of_the_other_side_has_no_form(
    two: TwoOffices, guests: Guests, signed_in: Callable[..., Browser]
) -> None:
    viewer = signed_in(Role.VIEWER, organisation_id=two.other_body_id)
    page = viewer.get(f"{two.path}/coming").text
    assert "Khamla" in page
    assert 'name="do"' not in page.partition("<main")[2]


WRITTEN = {"answer", "answered_at", "arrival", "departure", "version", "updated_at"}
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "answer": st.sampled_from(["accepted", "tentative", "declined", None]),
        "arrival": st.sampled_from([TRIP, {"at": "2027-03-20"}, {"met_by": "Khác"}, None]),
        "departure": st.sampled_from([{"at": "2027-03-12"}, None]),
        "role": st.sampled_from(["head", "deputy", "member"]),
        "side": st.sampled_from(["host", "guest"]),
        "rank": st.integers(1, 9),
        "came": st.booleans(),
    },
)


def members_of(database: Database, event_id: str) -> dict[str, dict[str, Any]]:
    with database.transaction(write=False) as session:
        return {one.id: one.model_dump() for one in session.exec(select(Member).where(Member.event_id == event_id))}


def test_whatever_it_sends_only_these_fields_of_its_own_people_change(
    two: TwoOffices, guests: Guests, database: Database
) -> None:
    event, done = visit(database, two), set[int]()

    @settings(max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from([guests.khamla, guests.dala, guests.host]), BODIES)
    def attempt(member: str, body: dict[str, Any]) -> None:
        before = members_of(database, two.event_id)
        answer = patch(two.other, two, member, body)
        done.add(answer.status_code)
        after = members_of(database, two.event_id)
        changed = {(one, name) for one, row in after.items() for name in row if row[name] != before[one][name]}
        assert not changed or answer.status_code == 200
        assert {one for one, _name in changed} <= {member} - {guests.host}
        assert {name for _one, name in changed} <= WRITTEN

    attempt()
    assert visit(database, two) == event
    assert {200, 403} <= done
