"""The migration of answers and notes: nothing is entered by it, and what would be lost on the way down is named."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from models.both_sides.notes import EventNote
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.migrate import downgrade, upgrade
from models.vocabulary import MemberAnswer, ReminderPurpose
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0061"


def test_members_go_down_and_up_and_have_answered_nothing(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        factories.make_member(session, factories.make_event(session))
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction(write=False) as session:
        (member,) = session.exec(select(Member)).all()
        assert member.answer is MemberAnswer.NEEDS_ACTION
        told = (member.answered_at, member.came, member.arrival, member.departure)
        assert told == (None, None, None, None)


def _answer(session: Session, event: Event, **values: Any) -> None:
    member = factories.make_member(session, event)
    for name, value in values.items():
        setattr(member, name, value)


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("1 members with an answer", {"answer": MemberAnswer.DECLINED}),
        ("1 members with an answer", {"came": False}),
        ("1 members with an answer", {"arrival": {"at": date(2027, 3, 10).isoformat()}}),
        ("1 notes on events", None),
        ("1 mails that ask", {}),
    ],
)
def test_what_the_version_before_can_not_hold_stops_the_way_down(
    database: Database, what: str, values: dict[str, Any] | None
) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        event = factories.make_event(session)
        if values:
            _answer(session, event, **values)
        elif values is None:
            author = factories.make_user(session)
            session.add(EventNote(event_id=event.id, text="x", author_id=author.id, created_at=NOW))
        else:
            factories.make_reminder(session, event, purpose=ReminderPurpose.UNANSWERED)
    database.dispose()
    with pytest.raises(RuntimeError, match=what):
        downgrade(url, BEFORE)
