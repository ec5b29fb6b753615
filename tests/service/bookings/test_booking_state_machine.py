"""B5: booking, moving, cancelling, approving in any order, against a model that counts day by day.

The model knows resources as rows of days; it shares no code with the service. After every step both must agree
on what is held, and no day may hold more than fits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, select

from models.accounts import User
from models.database import Database
from models.errors import Conflict
from models.events import Event
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventKind, EventStatus, Role
from service.actions.bookings import answers, bookings, following, resources
from service.actions.bookings.conflict_check import BookingClash
from service.actions.context import ActionContext
from service.actions.events import events
from tests import factories

BASE = date(2027, 3, 1)
CAPACITIES = (1, 1, 2, 3)
KEPT = frozenset({1, 3})
"""The resources whose bookings need approval."""

TAKING = ("held", "asked")
STEPS = 50


@dataclass
class ModelBooking:
    """Days from ``BASE``, the last one included."""

    resource: int
    event: str
    first: int
    last: int
    quantity: int
    state: str
    approved: bool = False

    def taken(self) -> "ModelBooking":
        """As it is once it takes its resource at other times, in another number or for the first time."""
        return replace(self, state="asked" if self.resource in KEPT else "held", approved=False)


@dataclass
class ModelEvent:
    first: int
    last: int
    status: str = "draft"
    put_off_from: int | None = None
    bookings: list[str] = field(default_factory=list)


@dataclass
class Model:
    """What is there, and whether something fits: counted for each day by itself."""

    capacities: list[int]
    events: dict[str, ModelEvent] = field(default_factory=dict)
    bookings: dict[str, ModelBooking] = field(default_factory=dict)

    def fits(self, changed: dict[str, ModelBooking]) -> bool:
        """Whether everything held fits once these bookings are as given."""
        held = [one for one in ({**self.bookings, **changed}).values() if one.state in TAKING]
        touched = {one.resource for one in changed.values() if one.state in TAKING}
        for number in touched:
            here = [one for one in held if one.resource == number]
            for day in range(min(one.first for one in here), max(one.last for one in here) + 1):
                if sum(one.quantity for one in here if one.first <= day <= one.last) > self.capacities[number]:
                    return False
        return True


class Machine(RuleBasedStateMachine):
    """One run inside one transaction that is never committed; a refused step is rolled back to its beginning."""

    database: Database

    events_made = Bundle("events_made")
    bookings_made = Bundle("bookings_made")

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database._writing, expire_on_commit=False)
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(self.session, code)
        user: User = factories.make_user(self.session, Role.OFFICER)
        other: User = factories.make_user(self.session, Role.APPROVER)
        self.act = ActionContext(user, factories.NOW, factories.OFFICE)
        self.approver = ActionContext(other, factories.NOW, factories.OFFICE)
        self.resources = [
            resources.create_resource(
                self.session, self.act,
                {"name": {"vi": f"Phòng {number}"}, "type": "room", "locality": "hai-duong", "capacity": capacity,
                 "needs_approval": number in KEPT},
            )
            for number, capacity in enumerate(CAPACITIES)
        ]  # fmt: skip
        self.model = Model(list(CAPACITIES))

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    @contextmanager
    def step(self) -> Iterator[None]:
        """What is refused leaves nothing behind."""
        savepoint = self.session.begin_nested()
        try:
            yield
        except Conflict:
            savepoint.rollback()
            self.session.expire_all()
            raise
        savepoint.commit()

    def attempt(self, work: Any, *, should_succeed: bool) -> Any:
        made, clash = None, None
        try:
            with self.step():
                made = work()
        except BookingClash as refused:
            clash = refused
        assert (clash is None) is should_succeed, f"fits: {should_succeed}, service: {clash and clash.extra}"
        assert clash is None or clash.extra["conflicts"], "a clash must say with what"
        return made

    def event(self, identity: str) -> Event:
        return events.find_event(self.session, identity)

    @initialize(target=events_made)
    def first_event(self) -> str:
        return self.plan(5, 3)

    @rule(target=events_made, first=st.integers(0, 20), length=st.integers(1, 8))
    def plan(self, first: int, length: int) -> str:
        days = {"first_day": BASE + timedelta(first), "last_day": BASE + timedelta(first + length - 1)}
        values = {"title": {"vi": "Đoàn"}, "host": "hai-duong", "guest": "vientiane-province", **days}
        made = events.create_event(self.session, self.act, EventKind.DELEGATION, values)
        self.model.events[made.id] = ModelEvent(first, first + length - 1)
        return made.id

    def wish(self, event: str, number: int, offset: int, length: int, quantity: int, asked: bool) -> dict[str, Any]:
        first = self.model.events[event].first + offset
        return {
            "event_id": event,
            "resource_id": self.resources[number].id,
            "from_": BASE + timedelta(first),
            "to": BASE + timedelta(first + length - 1),
            "quantity": min(quantity, self.model.capacities[number]),
            "state": BookingState.REQUESTED if asked else BookingState.HELD,
        }

    @precondition(lambda self: len(self.model.bookings) < 25)
    @rule(
        target=bookings_made,
        event=events_made,
        number=st.integers(0, 3),
        offset=st.integers(0, 3),
        length=st.integers(1, 6),
        quantity=st.integers(1, 3),
        asked=st.sampled_from([False, False, False, True]),
    )
    def book(self, event: str, number: int, offset: int, length: int, quantity: int, asked: bool) -> str:
        return self.book_all(event, [self.wish(event, number, offset, length, quantity, asked)])

    @precondition(lambda self: len(self.model.bookings) < 25)
    @rule(
        target=bookings_made,
        event=events_made,
        numbers=st.lists(st.integers(0, 3), min_size=2, max_size=4),
        offset=st.integers(0, 3),
        length=st.integers(1, 6),
    )
    def book_several(self, event: str, numbers: list[int], offset: int, length: int) -> str:
        return self.book_all(event, [self.wish(event, number, offset, length, 1, False) for number in numbers])

    def book_all(self, event: str, wishes: list[dict[str, Any]]) -> str:
        """Book through the service and in the model; the id of the last booking, or "" when it was refused."""
        known = self.model.events[event]
        wanted = {
            str(number): ModelBooking(
                next(place for place, one in enumerate(self.resources) if one.id == wish["resource_id"]),
                event,
                (wish["from_"] - BASE).days,
                (wish["to"] - BASE).days,
                wish["quantity"],
                wish["state"].value,
            )
            for number, wish in enumerate(wishes)
        }
        wanted = {number: one.taken() if one.state == "held" else one for number, one in wanted.items()}
        if known.status in {"cancelled", "postponed"}:
            with pytest.raises(Conflict) as refused, self.step():
                bookings.make_bookings(self.session, self.act, wishes, several=True)
            assert refused.value.code == "event_called_off"
            return ""
        made = self.attempt(
            lambda: bookings.make_bookings(self.session, self.act, wishes, several=True),
            should_succeed=self.model.fits(wanted),
        )
        for one, booking in zip(made or (), wanted.values(), strict=False):
            self.model.bookings[one.id] = booking
            known.bookings.append(one.id)
        return made[-1].id if made else ""

    def shifted(self, event: str, by: int) -> dict[str, ModelBooking]:
        """The event's bookings so many days later; what took its resource asks again."""
        moved = {
            identity: replace(one, first=one.first + by, last=one.last + by)
            for identity, one in self.model.bookings.items()
            if one.event == event
        }
        return {identity: self.again(one) for identity, one in moved.items()} if by else moved

    @staticmethod
    def again(one: ModelBooking) -> ModelBooking:
        """A booking whose times or number changed: what takes its resource asks again, what does not is not approved
        any more; what was refused stays so."""
        if one.state == "refused":
            return one
        return one.taken() if one.state in TAKING else replace(one, approved=False)

    @rule(event=events_made, by=st.integers(-6, 6).filter(bool))
    def move(self, event: str, by: int) -> None:
        known = self.model.events[event]
        wanted = self.shifted(event, by)
        days = {
            "first_day": BASE + timedelta(known.first + by),
            "last_day": BASE + timedelta(known.last + by),
        }
        moved = self.attempt(
            lambda: events.change_event(self.session, self.act, self.event(event), days),
            should_succeed=self.model.fits(wanted),
        )
        if moved is not None:
            known.first, known.last = known.first + by, known.last + by
            self.model.bookings |= wanted

    @rule(event=events_made, by=st.integers(1, 4))
    def extend(self, event: str, by: int) -> None:
        """The last day is put off: what reaches to it is longer, what lies on it alone goes along."""
        known = self.model.events[event]
        wanted = {}
        for identity in known.bookings:
            one = self.model.bookings.get(identity)
            if one is None:
                continue
            is_at_end = one.first > known.last or (one.first == known.last > known.first)
            first = one.first + (by if is_at_end else 0)
            reaches = one.last >= known.last
            is_piece = one.first == one.last and known.first != known.last
            last = one.last + (by if (is_at_end if is_piece else reaches) else 0)
            changed_times = (first, last) != (one.first, one.last)
            moved_one = replace(one, first=first, last=last)
            wanted[identity] = self.again(moved_one) if changed_times else moved_one
        days = {"last_day": BASE + timedelta(known.last + by)}
        changed = self.attempt(
            lambda: events.change_event(self.session, self.act, self.event(event), days),
            should_succeed=self.model.fits(wanted),
        )
        if changed is not None:
            known.last += by
            self.model.bookings |= wanted

    def take_to(self, event: str, to: EventStatus, states: dict[str, str], by: int = 0) -> None:
        """A transition in both; ``states``: what bookings in each state become."""
        known = self.model.events[event]
        wanted = {}
        for identity, one in self.shifted(event, by).items():
            state = states.get(one.state, one.state)
            if state == one.state or state not in TAKING:
                wanted[identity] = replace(one, state=state)
            else:
                # What comes back as it was approved needs no second approval.
                wanted[identity] = replace(one, state="held") if one.approved else one.taken()
        days = (
            {"first_day": BASE + timedelta(known.first + by), "last_day": BASE + timedelta(known.last + by)}
            if by
            else None
        )
        # Who moved its days may not confirm them: an approver does only that.
        who = self.approver if to is EventStatus.CONFIRMED else self.act
        moved = self.attempt(
            lambda: events.transition(self.session, who, self.event(event), to, "vì lịch thay đổi", days),
            should_succeed=self.model.fits(wanted),
        )
        if moved is not None:
            known.status = to.value
            known.first, known.last = known.first + by, known.last + by
            self.model.bookings |= wanted

    @rule(event=events_made, to=st.sampled_from([EventStatus.CANCELLED, EventStatus.POSTPONED]))
    def call_off(self, event: str, to: EventStatus) -> None:
        status = self.model.events[event].status
        if status == "cancelled" or (status == "postponed" and to is EventStatus.POSTPONED):
            return
        self.take_to(event, to, {"held": "released", "asked": "released"})
        if to is EventStatus.POSTPONED:
            self.model.events[event].put_off_from = self.model.events[event].first

    @rule(event=events_made, by=st.integers(1, 6))
    def call_back(self, event: str, by: int) -> None:
        status = self.model.events[event].status
        if status in {"draft", "cancelled"}:
            self.take_to(event, EventStatus.PLANNED, {"released": "held"})
        elif status == "postponed" and self.model.events[event].first + by != self.model.events[event].put_off_from:
            self.take_to(event, EventStatus.PLANNED, {"released": "held"}, by)

    @rule(event=events_made)
    def approve(self, event: str) -> None:
        if self.model.events[event].status == "planned":
            self.take_to(event, EventStatus.CONFIRMED, {"requested": "held"})

    @rule(booking=bookings_made, is_yes=st.booleans())
    def answer(self, booking: str, is_yes: bool) -> None:
        one = self.model.bookings.get(booking)
        if one is None:
            return

        def step() -> Any:
            check = lambda _row: None  # noqa: E731
            if is_yes:
                return answers.approve(self.session, self.approver, booking, check)
            return answers.refuse(self.session, self.approver, booking, "bận", check)

        if one.state != "asked":
            with pytest.raises(Conflict) as refused, self.step():
                step()
            assert refused.value.code == "not_asked"
            return
        assert self.attempt(step, should_succeed=True) is not None
        self.model.bookings[booking] = replace(one, state="held" if is_yes else "refused", approved=is_yes)

    @rule(booking=bookings_made)
    def ask_again(self, booking: str) -> None:
        one = self.model.bookings.get(booking)
        row = self.session.get(Booking, booking) if booking else None
        if one is None or row is None or one.state != "refused":
            return
        known = self.model.events[one.event].status
        wanted = replace(one, state="released") if known in {"cancelled", "postponed"} else one.taken()
        done = self.attempt(
            lambda: bookings.change_booking(self.session, self.act, row, {"state": BookingState.HELD}),
            should_succeed=self.model.fits({booking: wanted}),
        )
        if done is not None:
            self.model.bookings[booking] = wanted

    @rule(booking=bookings_made, number=st.integers(0, 3), by=st.integers(-5, 5), longer=st.integers(0, 3))
    def change(self, booking: str, number: int, by: int, longer: int) -> None:
        one = self.model.bookings.get(booking)
        if one is None:
            return
        wanted = replace(
            one,
            resource=number,
            first=one.first + by,
            last=one.last + by + longer,
            quantity=min(one.quantity, self.model.capacities[number]),
        )
        if (number, wanted.first, wanted.last, wanted.quantity) != (one.resource, one.first, one.last, one.quantity):
            is_off = self.model.events[one.event].status in {"cancelled", "postponed"}
            if one.state in TAKING:
                wanted = wanted.taken()
            elif one.state == "refused":
                wanted = replace(wanted, state="released", approved=False) if is_off else wanted.taken()
            else:
                wanted = replace(wanted, approved=False)
        values = {
            "resource_id": self.resources[number].id,
            "from_": BASE + timedelta(wanted.first),
            "to": BASE + timedelta(wanted.last),
            "quantity": wanted.quantity,
        }
        row = self.session.get(Booking, booking)
        assert row is not None
        done = self.attempt(
            lambda: bookings.change_booking(self.session, self.act, row, values),
            should_succeed=self.model.fits({booking: wanted}),
        )
        if done is not None:
            self.model.bookings[booking] = wanted

    @rule(booking=consumes(bookings_made))
    def give_back(self, booking: str) -> None:
        row = self.session.get(Booking, booking) if booking else None
        if row is not None:
            bookings.delete_booking(self.session, self.act, row)
            del self.model.bookings[booking]

    @rule(number=st.integers(0, 3), capacity=st.integers(1, 4))
    def resize(self, number: int, capacity: int) -> None:
        present = self.model.capacities[number]
        self.model.capacities[number] = capacity
        here = {name: one for name, one in self.model.bookings.items() if one.resource == number}
        done = self.attempt(
            lambda: resources.change_resource(
                self.session,
                self.act,
                self.session.get_one(Resource, self.resources[number].id),
                {"capacity": capacity},
            ),
            should_succeed=self.model.fits(here),
        )
        if done is None:
            self.model.capacities[number] = present

    @invariant()
    def both_agree(self) -> None:
        rows = self.session.exec(select(Booking).order_by(col(Booking.id))).all()
        found = {
            row.id: ModelBooking(
                next(place for place, one in enumerate(self.resources) if one.id == row.resource_id),
                row.event_id,
                (row.first_day - BASE).days,
                (row.last_day - BASE).days,
                row.quantity,
                row.state.value,
                row.answered_at is not None and row.state != "refused",
            )
            for row in rows
        }
        assert found == self.model.bookings
        assert self.model.fits(found), "more is held than fits"


def agree(database: Database, runs: int) -> None:
    """So many runs on a database without a difference."""

    class OnThisDatabase(Machine):
        pass

    OnThisDatabase.database = database
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_any_order_of_steps_agrees_with_the_model(database: Database) -> None:
    agree(database, 30)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_some_orders_of_steps_agree_on_postgresql_too(database: Database) -> None:
    agree(database, 12)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_orders_of_steps_agree_with_the_model(database: Database) -> None:
    agree(database, 400)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_model_sees_a_guard_that_is_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unguarded(Machine):
        pass

    Unguarded.database = database
    for module in (bookings, following):
        monkeypatch.setattr(module, "ensure_available", lambda *everything: None)
    quickly = settings(max_examples=50, stateful_step_count=STEPS, deadline=None, phases=[Phase.generate])
    with pytest.raises(BaseException, match="fits: False, service: None"):
        run_state_machine_as_test(Unguarded, settings=quickly)
