"""Days good for both sides of a visit: both diaries count as far as the reader may know; what is hidden is untold."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from models.both_sides.share import EventShare
from models.database import Database
from models.events import Event
from models.vocabulary import Role, Visibility
from tests import factories
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices, two
from tests.service.conftest import Caller
from tests.service.web.test_pages import count_queries

__all__ = ["two"]

ASKED = f"/openings?days=3&from=2027-03-01&to=2027-04-15&host={OWN}&guest={OTHER}"
MONDAY = date(2027, 3, 15)


def firsts(who: Caller, asked: str = ASKED) -> set[str]:
    answer = who.get(asked)
    assert answer.status_code == 200, answer.text
    return {one["first_day"] for one in answer.json["openings"]}


def plan(database: Database, day: date = MONDAY, *, share: bool = False, **values: Any) -> str:
    """A visit of one day; by default the other office travels to Laos, unseen by the first."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=OTHER)
        row = {"organisation_id": body.id, "host": OTHER, "guest": "hai-phong", "visibility": Visibility.INTERNAL}
        event = factories.make_event(session, first_day=day, last_day=day, **row | values)
        if share:
            session.add(EventShare(event_id=event.id, office=OWN, shared_at=event.created_at))
        return event.id


@pytest.mark.both_databases("events of both sides by host and guest, days off of another office")
@pytest.mark.parametrize("values", [{"host": OTHER, "guest": "hai-phong"}, {"host": "hai-phong", "guest": OTHER}])
def test_what_the_other_side_shares_or_publishes_counts(
    two: TwoOffices, database: Database, caller: Callable[..., Caller], values: dict[str, str]
) -> None:
    owner = caller(Role.ADMIN)
    assert MONDAY.isoformat() in firsts(owner)
    hidden = plan(database, **values)
    assert MONDAY.isoformat() in firsts(owner), "what it hides changes no answer"
    assert MONDAY.isoformat() not in firsts(two.other), "its own side counts it"
    with database.transaction() as session:
        session.get_one(Event, hidden).visibility = Visibility.PUBLIC
    assert MONDAY.isoformat() not in firsts(owner)
    assert owner.get(ASKED).json["refused"]["other_side_busy"] >= 3


def test_a_shared_one_counts(two: TwoOffices, database: Database, caller: Callable[..., Caller]) -> None:
    plan(database, share=True)
    assert MONDAY.isoformat() not in firsts(caller(Role.ADMIN))


def test_an_event_is_not_in_its_own_way(two: TwoOffices, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.first_day = event.last_day = event.arrives_on = event.departs_on = MONDAY
    two.share()
    of_event = f"/openings?days=3&from=2027-03-01&to=2027-04-15&event_id={two.event_id}"
    for who in (two.owner, two.other):
        assert MONDAY.isoformat() not in firsts(who)
        assert MONDAY.isoformat() in firsts(who, of_event)
    stranger = two.department.get(of_event)
    assert (stranger.status_code, list(stranger.json["errors"])) == (422, ["event_id"])


def test_the_other_offices_days_off_count_without_their_names(two: TwoOffices, caller: Callable[..., Caller]) -> None:
    chief = caller(Role.ADMIN, organisation_id=two.other_body_id)
    off = {"country": "LA", "name": {"lo": "ມື້ລັບ", "vi": "Ngày kín"}, "category": "public", "first_day": "2027-03-16"}
    owner = caller(Role.ADMIN)
    assert MONDAY.isoformat() in firsts(owner)
    chief.made("/office-holidays", off | {"source": "ຫ້ອງການ"})
    assert MONDAY.isoformat() not in firsts(owner)
    answer = owner.get(ASKED).text
    assert "Ngày kín" not in answer
    assert "ມື້ລັບ" not in answer


def test_with_one_office_nothing_is_asked_more(caller: Callable[..., Caller], database: Database) -> None:
    reader = caller(Role.ADMIN)
    alone = count_queries(database, lambda: reader.get(ASKED))
    with database.transaction() as session:
        factories.make_event(session, host=OTHER, guest="hai-phong", first_day=MONDAY, last_day=MONDAY)
    assert count_queries(database, lambda: reader.get(ASKED)) == alone
    assert MONDAY.isoformat() in firsts(reader), "a line without accounts has no diary here"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from([OTHER, "laos", "hai-phong"]), st.sampled_from([OTHER, "laos"])),
        max_size=6,
    )
)
def test_no_hidden_event_of_the_other_side_changes_an_answer(
    two: TwoOffices, database: Database, caller: Callable[..., Caller], hidden: list[tuple[int, str, str]]
) -> None:
    """Days asked one after another, before and after the other side has planned something unseen."""
    owner = two.owner
    before = owner.get(ASKED).json
    made = [
        plan(database, date(2027, 3, 1) + timedelta(days=offset), host=host, guest=guest)
        for offset, host, guest in hidden
        if host != guest
    ]
    assert owner.get(ASKED).json == before
    with database.transaction() as session:
        for event_id in made:
            session.exec(delete(Event).where(Event.id == event_id))
