"""Changing several rows at once: tried out row by row, then all of them or none, by each row's own rules."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from models.accounts import Audit, User
from models.database import Database
from models.errors import DomainError, Invalid, Stale
from models.event_parts import Task
from models.events import Event
from models.vocabulary import EventStatus, Role, Visibility
from service.actions.acting import acting_as
from service.actions.bulk import changes
from service.actions.bulk.event_steps import EventStep, event_step, in_turn, shift_of
from service.actions.bulk.task_steps import TaskStep, task_step
from service.actions.context import ActionContext
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock

pytestmark = pytest.mark.both_databases("rows are locked, changed and rolled back")


@pytest.fixture
def act(database: Database, settings: Settings, clock: Clock) -> ActionContext:
    """The protocol office's officer; the transactions of the tests are their own."""
    with database.transaction() as session:
        office = factories.make_organisation(session, protocol_office=True)
        user = factories.make_user(session, Role.OFFICER, organisation_id=office.id)
        session.flush()
        return ActionContext(user, clock.now, settings.office, request_id="one-request")


def made_events(session: Session, clock: Clock, *statuses: EventStatus) -> list[Event]:
    first = clock.now.date() + timedelta(days=20)
    found = [
        factories.make_event(
            session,
            status=status,
            first_day=first + timedelta(days=3 * number),
            last_day=first + timedelta(days=3 * number + 2),
        )
        for number, status in enumerate(statuses)
    ]
    session.flush()
    return found


def test_moves_what_may_be_moved_and_says_why_the_others_stay(
    database: Database, act: ActionContext, clock: Clock
) -> None:
    with database.transaction() as session:
        draft, over, planned = made_events(
            session, clock, EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.PLANNED
        )
        ids, before = [draft.id, over.id, planned.id], [draft.first_day, over.first_day, planned.first_day]
        step = event_step(session, act, EventStep.SHIFT, "2")
        tried = {
            one.identity: one for one in changes.preview(session, in_turn(session, ids, EventStep.SHIFT, "2"), step)
        }
        assert [session.get_one(Event, one).first_day for one in ids] == before

        assert tried[over.id].why_not
        assert not tried[draft.id].why_not
        assert tried[planned.id].difference.after == (before[2] + timedelta(days=2), before[2] + timedelta(days=4))

        versions = {one.identity: one.version for one in tried.values() if not one.why_not}
        assert changes.apply(session, versions, step) == 2
        assert [session.get_one(Event, one).first_day for one in ids] == [
            before[0] + timedelta(days=2), before[1], before[2] + timedelta(days=2),
        ]  # fmt: skip
        trail = session.exec(select(Audit).where(Audit.request_id == "one-request", Audit.entity == "event")).all()
        assert {one.entity_id for one in trail} == {draft.id, planned.id}


def test_one_that_was_changed_since_keeps_all_as_they_are(database: Database, act: ActionContext, clock: Clock) -> None:
    with database.transaction() as session:
        first, second = made_events(session, clock, EventStatus.DRAFT, EventStatus.DRAFT)
        step = event_step(session, act, EventStep.VISIBILITY, "public")
        versions = {one.identity: one.version for one in changes.preview(session, [first.id, second.id], step)}
        second.headcount = 7
        session.flush()

        with pytest.raises(Stale), session.begin_nested():
            changes.apply(session, versions, step)
        session.expire_all()
        assert session.get_one(Event, first.id).visibility is Visibility.INTERNAL


def test_whoever_may_not_change_a_row_is_told_and_changes_none(
    database: Database, settings: Settings, clock: Clock
) -> None:
    with database.transaction() as session:
        mine, theirs = factories.make_organisation(session), factories.make_organisation(session)
        user = factories.make_user(session, Role.OFFICER, organisation_id=mine.id)
        day = clock.now.date() + timedelta(days=9)
        own = factories.make_event(session, organisation_id=mine.id, first_day=day)
        other = factories.make_event(session, organisation_id=theirs.id, first_day=day, visibility=Visibility.PUBLIC)
        hidden = factories.make_event(session, organisation_id=theirs.id, first_day=day, visibility=Visibility.INTERNAL)
        session.flush()
        ids = [own.id, other.id, hidden.id]
        user_id, own_id, other_id, hidden_id = user.id, own.id, other.id, hidden.id
    with database.transaction() as session:
        act = acting_as(session, session.get_one(User, user_id), clock.now, settings.office, "r")
        step = event_step(session, act, EventStep.SHIFT, "1")
        tried = {one.identity: one for one in changes.preview(session, ids, step)}

        assert set(tried) == {own_id, other_id}  # of what is hidden nothing is said
        assert tried[other_id].why_not
        assert not tried[own_id].why_not
        # Ids in a body are judged as those in a path: what was never shown is refused too.
        for more in (other_id, hidden_id):
            with pytest.raises(DomainError), session.begin_nested():
                changes.apply(session, {own_id: tried[own_id].version, more: 1}, step)
        session.expire_all()
        assert session.get_one(Event, own_id).first_day == day


def test_tasks_are_done_given_and_moved(database: Database, act: ActionContext, clock: Clock) -> None:
    with database.transaction() as session:
        event = made_events(session, clock, EventStatus.PLANNED)[0]
        body = factories.make_organisation(session)
        fixed = Task(event_id=event.id, title={"vi": "Xe"}, due_on=date(2027, 1, 4), due_day=date(2027, 1, 4))
        counted = Task(event_id=event.id, title={"vi": "Phòng"}, due_offset="-P10D", due_day=date(2027, 1, 5))
        session.add_all([fixed, counted])
        session.flush()
        ids = [fixed.id, counted.id]

        moved = {
            one.identity: one for one in changes.preview(session, ids, task_step(session, act, TaskStep.SHIFT, "-2"))
        }
        assert moved[fixed.id].difference.after == date(2027, 1, 2)
        assert moved[counted.id].why_not
        for what, value in ((TaskStep.RESPONSIBLE, body.id), (TaskStep.DONE, "")):
            step = task_step(session, act, what, value)
            versions = {one.identity: one.version for one in changes.preview(session, ids, step)}
            assert changes.apply(session, versions, step) == 2
        assert all(session.get_one(Task, one).done for one in ids)
        assert {session.get_one(Task, one).organisation_id for one in ids} == {body.id}


def test_rows_and_values_have_bounds(database: Database, act: ActionContext) -> None:
    with pytest.raises(Invalid):
        changes.check_number([])
    with pytest.raises(Invalid):
        changes.check_number([f"{number}" for number in range(changes.MOST + 1)])
    changes.check_number([f"{number}" for number in range(changes.MOST)])


@pytest.mark.parametrize(("typed", "days"), [("2", 2), ("+3", 3), ("-2", -2), ("−4", -4), (" 366 ", 366)])
def test_reads_numbers_of_days(typed: str, days: int) -> None:
    assert shift_of(typed) == days


@pytest.mark.parametrize("typed", ["", "0", "two", "1.5", "367", "-367", "99999999", "²", "--2"])
def test_refuses_other_numbers_of_days(typed: str) -> None:
    with pytest.raises(Invalid):
        shift_of(typed)
