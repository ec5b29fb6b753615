"""Undone within the grace is told to nobody, by a real server's mails; told already, it is not undone."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlmodel import select

from models.accounts import User
from models.errors import Conflict
from models.events import Event
from models.vocabulary import EventStatus
from service.actions.context import ActionContext
from service.actions.events.events import change_event, find_event, transition
from service.actions.undo.undo import undo
from tests.factories import OFFICE
from tests.jobs.conftest import clock
from tests.jobs.test_change_notices import LAN, Visit, told, visit

__all__ = ["clock", "told", "visit"]

pytestmark = pytest.mark.both_databases("notices taken back by statements")

NUMBER = count(1)


def change(visit: Visit, to: EventStatus | None, **values: object) -> str:
    """A step or a change of Lan's; the request that it was."""
    request_id = f"request-{next(NUMBER)}"
    with visit.database.transaction() as session:
        event = find_event(session, visit.event_id)
        if to is not None:
            transition(session, act_of(visit, session, request_id), event, to, "Nhầm")
        else:
            change_event(session, act_of(visit, session, request_id), event, values)
    return request_id


def act_of(visit: Visit, session: object, request_id: str) -> ActionContext:
    lan = session.exec(select(User).where(User.email == LAN)).one()  # type: ignore[attr-defined]
    return replace(visit.act, user=lan, request_id=request_id)


def take_back(visit: Visit, request_id: str) -> None:
    with visit.database.transaction() as session:
        undo(session, act_of(visit, session, f"undo-{next(NUMBER)}"), request_id)


def now(visit: Visit) -> tuple[EventStatus, str, int]:
    with visit.database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        return event.status, event.uid, event.sequence


@pytest.mark.parametrize("to", [EventStatus.CANCELLED, EventStatus.POSTPONED, EventStatus.DRAFT, None])
def test_undone_in_time_is_told_to_nobody(told: Visit, to: EventStatus | None) -> None:
    status, uid, sequence = now(told)
    done = change(told, to, title={"vi": "Khác", "en": "Other"})
    assert told.after(timedelta(seconds=OFFICE.notice_seconds - 5)) == []
    take_back(told, done)
    assert told.after(timedelta(hours=1)) == []
    after = now(told)
    assert after[:2] == (status, uid)
    assert after[2] > sequence + 1, "SEQUENCE rises with either change"


def test_without_undoing_everybody_hears(told: Visit) -> None:
    """The negative control."""
    change(told, EventStatus.CANCELLED)
    assert len(told.after(timedelta(hours=1))) == 3


def test_what_was_told_is_not_undone(told: Visit) -> None:
    done = change(told, EventStatus.CANCELLED)
    assert told.after(timedelta(hours=1))
    before = now(told)
    with pytest.raises(Conflict) as refused:
        take_back(told, done)
    assert refused.value.code == "already_told"
    assert now(told) == before
