"""Random steps by random accounts at random times, against a small model of a negotiation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from calendars.proposals import steps
from models.both_sides.proposals import Proposal
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import AboutType, EventStatus, ProposalState, Role
from tests import factories
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices
from tests.service.conftest import Caller, Clock

BEGIN = datetime(2026, 11, 22, 3, tzinfo=UTC)
ZONES = {OWN: ZoneInfo("Asia/Ho_Chi_Minh"), OTHER: ZoneInfo("Asia/Vientiane")}
STEPS = ("accept", "decline", "counter", "withdraw")
STATUSES = (EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.CANCELLED, EventStatus.ONGOING)


@dataclass
class Offer:
    """A proposal as the model knows it."""

    state: str
    office: str
    to: str
    first: date
    last: date
    expires: datetime

    def now(self, at: datetime) -> str:
        return "expired" if self.state == "open" and at >= self.expires else self.state


@dataclass
class Model:
    """What must be true of the negotiation."""

    first: date
    last: date
    status: EventStatus = EventStatus.PLANNED
    offers: dict[str, Offer] = field(default_factory=dict)

    def open(self, at: datetime) -> Offer | None:
        return next((one for one in self.offers.values() if one.now(at) == "open"), None)

    @property
    def is_closed(self) -> bool:
        return self.status in {EventStatus.CANCELLED, EventStatus.ONGOING}

    def proposing(self, office: str | None, first: date, last: date, by: date | None, at: datetime) -> int:
        """The status of the answer to proposed days."""
        if office is None:
            return 403
        if self.is_closed or self.open(at) is not None:
            return 409
        return 201 if self.is_right(office, first, last, by, at) else 422

    def is_right(self, office: str, first: date, last: date, by: date | None, at: datetime) -> bool:
        asked = OTHER if office == OWN else OWN
        is_ahead = at < start_of(first, asked)
        is_in_time = by is None or (by < first and at < start_of(by + timedelta(days=1), asked))
        return last >= first and is_ahead and is_in_time

    def stepping(self, office: str | None, offer: Offer, step: str, at: datetime) -> int:
        """The status of the answer to a step, 0 for one that succeeds."""
        if office is None:
            return 403
        if office != (offer.office if step == "withdraw" else offer.to):
            return 403
        if offer.now(at) != "open":
            return 409
        return 409 if step in ("accept", "counter") and self.is_closed else 0


def start_of(day: date, office: str) -> datetime:
    return datetime.combine(day, time(), ZONES[office]).astimezone(UTC)


WHO, FIRST, BY = st.integers(0, 4), st.integers(-3, 60), st.none() | st.integers(-3, 50)
NOTHING = (st.just(0), st.none(), st.just(0))
ACTIONS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 20 * 24), *NOTHING),
    st.tuples(st.just("status"), st.sampled_from(STATUSES), *NOTHING),
    st.tuples(st.just("propose"), WHO, FIRST, BY, st.integers(-1, 3)),
    st.tuples(st.sampled_from(STEPS), WHO, FIRST, BY, st.integers(0, 3)),
)
"""What is done, by whom, the first day and the last for the answer as days from now, how many days more."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTIONS, min_size=1, max_size=14))
def test_a_negotiation_is_what_its_model_says(
    two: TwoOffices, database: Database, clock: Clock, caller: Callable[..., Caller], actions: list[tuple[Any, ...]]
) -> None:
    model = begin(two, database, clock)
    actors = actors_of(two, caller, database)
    versions: dict[str, int] = {}
    for word, who, offset, by_offset, length in actions:
        if word == "wait":
            clock.move(hours=who)
        elif word == "status":
            model.status = who
            with database.transaction() as session:
                session.get_one(Event, two.event_id).status = who
        else:
            office, actor = actors[who]
            first = clock.now.date() + timedelta(days=offset)
            by = None if by_offset is None else clock.now.date() + timedelta(days=by_offset)
            act(model, two, clock, office, actor, word, first, first + timedelta(days=length), by)
        check(model, two, database, clock, versions)


def test_the_model_notices_a_side_that_answers_itself(
    two: TwoOffices, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the rule turned around, the model does not agree."""
    day = date(2027, 3, 10)
    for is_broken in (False, True):
        model = begin(two, database, clock)
        act(model, two, clock, OWN, two.owner, "propose", day, day, None)
        if is_broken:
            monkeypatch.setattr(steps, "ANSWERS", frozenset())
            with pytest.raises(AssertionError):
                act(model, two, clock, OTHER, two.other, "accept", day, day, None)
        else:
            act(model, two, clock, OTHER, two.other, "accept", day, day, None)
            check(model, two, database, clock, {})
            assert model.first == day


def begin(two: TwoOffices, database: Database, clock: Clock) -> Model:
    clock.now = BEGIN
    with database.transaction() as session:
        session.exec(delete(Reminder).where(col(Reminder.about_type) == AboutType.PROPOSAL))
        session.exec(delete(Proposal))
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        event.first_day = event.arrives_on = date(2027, 6, 1)
        event.last_day = event.departs_on = date(2027, 6, 3)
    two.share()
    return Model(date(2027, 6, 1), date(2027, 6, 3))


def actors_of(two: TwoOffices, caller: Callable[..., Caller], database: Database) -> list[tuple[str | None, Caller]]:
    """Who tries: the owner, the other side, its administrator, a department that takes no part, a third office."""
    with database.transaction() as session:
        third = factories.make_organisation(session, locality="hai-phong").id
    return [
        (OWN, two.owner),
        (OTHER, two.other),
        (OTHER, caller(Role.ADMIN, organisation_id=two.other_body_id)),
        (None, two.department),
        (None, caller(Role.ADMIN, organisation_id=third)),
    ]


def act(
    model: Model,
    two: TwoOffices,
    clock: Clock,
    office: str | None,
    actor: Caller,
    word: str,
    first: date,
    last: date,
    by: date | None,
) -> None:
    body = {"first_day": first.isoformat(), "last_day": last.isoformat(), "answer_by": by and by.isoformat()}
    if word == "propose":
        answer = actor.post(f"{two.path}/proposals", body)
        expected = model.proposing(office, first, last, by, clock.now)
        assert answer.status_code == (404 if office is None else expected), (answer.text, expected)
        if expected == 201 and office is not None:
            remember(model, answer.json, office, first, last, by)
        return
    if not model.offers:
        return
    identity, offer = list(model.offers.items())[-1 if word != "withdraw" else 0]
    headers = {"If_Match": "*"} if word == "accept" else {}
    sent = body if word == "counter" else {} if word == "decline" else None
    answer = actor.post(f"/proposals/{identity}/{word}", sent, **headers)
    expected = model.stepping(office, offer, word, clock.now)
    if office is None:
        assert answer.status_code == 404
        return
    if expected == 0 and word == "counter" and not model.is_right(office, first, last, by, clock.now):
        expected = 422
    if expected:
        assert answer.status_code == expected, answer.text
        return
    assert answer.status_code == (201 if word == "counter" else 200), answer.text
    offer.state = {"accept": "accepted", "decline": "declined", "counter": "countered", "withdraw": "withdrawn"}[word]
    if word == "accept":
        model.first, model.last = offer.first, offer.last
    if word == "counter":
        remember(model, answer.json, office, first, last, by)


def remember(model: Model, told: Any, office: str, first: date, last: date, by: date | None) -> None:
    to = OTHER if office == OWN else OWN
    expires = start_of(first if by is None else by + timedelta(days=1), to)
    model.offers[told["id"]] = Offer("open", office, to, first, last, expires)


def check(model: Model, two: TwoOffices, database: Database, clock: Clock, versions: dict[str, int]) -> None:
    with database.transaction(write=False) as session:
        event = session.get_one(Event, two.event_id)
        assert (event.first_day, event.last_day) == (model.first, model.last), "moved by an acceptance, to its days"
        rows = session.exec(select(Proposal)).all()
    stored = {row.id: row for row in rows}
    assert stored.keys() == model.offers.keys()
    assert sum(row.state is ProposalState.OPEN for row in rows) <= 1
    for identity, offer in model.offers.items():
        row = stored[identity]
        found = "expired" if row.state == "open" and clock.now >= row.expires_at else row.state
        assert found == offer.now(clock.now)
        assert row.expires_at == offer.expires
        assert (row.from_office, row.to_office) == (offer.office, offer.to)
        assert row.version >= versions.get(identity, 1), "versions rise"
        versions[identity] = row.version
