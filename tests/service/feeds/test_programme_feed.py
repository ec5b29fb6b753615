"""The whole seed programme as a feed: four calendar programs read it without a complaint, and what the API says."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.http.app_context import AppContext
from service.settings import Settings
from tests import factories
from tests.calendars.ical.readers import READERS, Read
from tests.service.conftest import Caller, Clock, built_app


@pytest.fixture
def officer(seeded: None, database: Database, settings: Settings, clock: Clock) -> Caller:
    """Somebody in an office that has just loaded its programme."""
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        user = factories.make_user(session, Role.OFFICER)
        token = accounts.issue_token(session, act, user, "test").secret
    app = built_app()
    app.extensions["desk"] = AppContext(settings, database, clock)
    return Caller(app.test_client(use_cookies=False), user.id, token)


def as_the_api_says(event: dict[str, Any]) -> tuple[str, int, date, date]:
    """What identifies an event in a calendar: UID, SEQUENCE, start, exclusive end."""
    first, last = date.fromisoformat(event["first_day"]), date.fromisoformat(event["last_day"])
    if event["start_time"] is None and event["end_time"] is None:
        return event["uid"], event["sequence"], first, last + timedelta(days=1)
    # The programme's hours are all of UTC+7, in both countries.
    start = datetime.fromisoformat(f"{first}T{event['start_time'] or '00:00'}+07:00").astimezone(UTC)
    ends = f"{last}T{event['end_time']}+07:00" if event["end_time"] else (start + timedelta(hours=1)).isoformat()
    return event["uid"], event["sequence"], start, datetime.fromisoformat(ends).astimezone(UTC)


@pytest.mark.parametrize("language", Language)
def test_four_programs_read_the_programme_as_the_api_tells_it(officer: Caller, language: Language) -> None:
    every = ["draft", "planned", "confirmed", "ongoing", "completed"]
    feed = officer.made(
        "/feeds", {"name": "Chương trình", "locale": language, "past_days": 3650, "filter": {"statuses": every}}
    )
    answer = officer.client.get(urlsplit(feed["url"]).path)
    assert answer.status_code == 200
    listed = officer.get("/events?page_size=500").json
    assert len(listed) > 40
    wanted = sorted(map(as_the_api_says, listed), key=str)

    def told(found: list[Read]) -> list[tuple[str, int, date, date]]:
        return sorted(((one.uid, one.sequence, one.start, one.end) for one in found), key=str)

    readers: dict[str, Callable[[bytes], list[Read]]] = READERS
    for name, read in readers.items():
        assert told(read(answer.data)) == wanted, name
