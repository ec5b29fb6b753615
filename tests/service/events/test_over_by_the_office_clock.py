"""When an event is over: after the last day it takes by the office's clock, in lists, counts, feeds and free/busy."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from models.accounts import User
from models.database import Database
from models.vocabulary import EventStatus, Role
from service.actions import office_days
from service.actions.context import ActionContext
from service.actions.events.event_queries import count_with_status
from service.actions.events.hand_over import events_to_hand_over
from service.actions.reminders.reach import unheard
from service.settings import Settings
from tests.service.conftest import Caller, Clock
from tests.service.events.test_hours import NEW_YORK, make

pytestmark = pytest.mark.both_databases("days by the office's clock in a condition")

NOON = datetime(2027, 3, 10, 5, tzinfo=UTC)
"""12:00 in the office."""


@pytest.mark.parametrize(
    ("hours", "days_later"),
    [
        ({}, 0),
        ({"start_time": "08:00", "end_time": "10:00"}, 0),
        ({"start_time": "20:00", "end_time": "24:00"}, 0),
        ({"start_time": "20:00", "end_time": "00:00", "last_day": "2027-03-11"}, 0),
        ({"start_time": "22:00", "end_time": "02:00"}, 1),
        ({"start_time": "20:00", "end_time": "22:00", "timezone": NEW_YORK}, 1),
    ],
    ids=["whole day", "morning", "24:00", "midnight of the next", "over midnight", "New York"],
)
def test_it_is_over_after_the_last_day_it_takes(
    caller: Callable[..., Caller], database: Database, clock: Clock, settings: Settings, hours: Any, days_later: int
) -> None:
    officer = caller(Role.OFFICER)
    event = make(officer, **hours)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    feed = officer.made("/feeds", {"name": "Lịch", "locale": "vi", "past_days": 0})["url"]

    def seen() -> dict[str, bool]:
        with database.transaction(write=False) as session:
            act = ActionContext(None, clock.now, settings.office)
            user = session.get_one(User, officer.user_id)
            coming = office_days.not_over(session, act)
            found = {
                "counted": count_with_status(session, coming, EventStatus.PLANNED) == [1],
                "unheard": unheard(session, coming, 5).total == 1,
                "handed over": [one.id for one in events_to_hand_over(session, act, user)] == [event["id"]],
            }
        path = urlsplit(feed).path
        warned = {one["code"] for one in officer.get(f"/events/{event['id']}").json["conflicts"]}  # type: ignore[index]
        found["warned"] = "nobody_reached" in warned
        found["listed"] = bool(officer.get(f"/events?from={(clock.now + timedelta(hours=7)).date()}").json)
        found["feed"] = "BEGIN:VEVENT" in officer.client.get(path).text
        if hours:
            busy = officer.client.get(re.sub(r"\.ics$", ".ifb", path)).text
            found["free/busy"] = re.search(r"^FREEBUSY", busy, re.MULTILINE) is not None
        return found

    clock.now = NOON + timedelta(days=days_later)
    assert set(seen().values()) == {True}, seen()
    clock.now += timedelta(days=1)
    assert set(seen().values()) == {False}, seen()
