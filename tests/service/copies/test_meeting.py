"""Copies that meet: of two that want one hall at the same time one gets it, and neither fails for it."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.resources import Booking
from models.vocabulary import BookingState, CopyTake, Language, Role
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.copies.copying import copy_event
from service.actions.copies.values import CopyWish
from service.settings import Settings
from tests.at_once import at_once
from tests.service.conftest import Caller, Clock
from tests.service.copies.visits import Copying, make_visit

pytestmark = pytest.mark.both_databases("locks and savepoints of two transactions")

COPIES = 4


@pytest.fixture
def visit(caller: Callable[..., Caller], database: Database) -> Copying:
    return make_visit(caller(Role.OFFICER, locale=Language.EN), database)


def copies_at_once(visit: Copying, database: Database, settings: Settings, clock: Clock) -> list[Any]:
    """The copies, or why they failed."""

    def copy() -> Any:
        with database.transaction() as session:
            user = session.get_one(User, visit.officer.user_id)
            permissions.reads_as(session, user)
            act = ActionContext(user, clock.now, settings.office)
            wish = CopyWish(date(2028, 3, 15), frozenset({CopyTake.BOOKINGS, CopyTake.TASKS}))
            found = copy_event(session, act, visit.event["id"], wish)
            return found.copied[CopyTake.BOOKINGS], [str(one.what) for one in found.left]

    return at_once([copy] * COPIES)


def test_of_copies_at_once_each_hall_goes_to_one(
    visit: Copying, database: Database, settings: Settings, clock: Clock
) -> None:
    made = copies_at_once(visit, database, settings, clock)
    assert sorted(count for count, _left in made) == [0] * (COPIES - 1) + [2]
    assert [left for count, left in made if count == 0] == [["booking", "booking"]] * (COPIES - 1)
    with database.transaction(write=False) as session:
        held = session.exec(select(Booking).where(Booking.state == BookingState.HELD)).all()
    assert sorted(Counter(one.resource_id for one in held).values()) == [2, 2]  # the visit's own, and one copy's
