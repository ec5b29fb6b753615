"""/feeds/{id}/doctor and /feeds/{id}/readers: what an account learns of its own feeds, and of nobody else's."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from models.database import Database
from models.feeds import Feed, FeedReader
from models.i18n import translate
from models.places import Locality
from models.vocabulary import FeedClient, Role
from service.actions.context import ActionContext
from service.actions.feeds.diagnostics import examine_feed
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock

FEED = {"name": "Đoàn vào", "past_days": 90}
VISIT = {
    "title": {"vi": "Đoàn đại biểu"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": "2026-12-10",
    "last_day": "2026-12-12",
}


@pytest.fixture
def feed_id(database: Database, viewer: Caller, clock: Clock) -> str:
    """A viewer's feed that shows one visit, all of it made by the tests' clock."""
    made = viewer.made("/feeds", FEED)["id"]
    with database.transaction() as session:
        factories.make_event(session, created_at=clock.now, updated_at=clock.now)
        session.execute(update(Feed).values(created_at=clock.now, updated_at=clock.now))
        session.execute(update(Locality).values(updated_at=clock.now))
    return str(made)


def examined(caller: Caller, feed_id: str, **headers: str) -> Any:
    answer = caller.get(f"/feeds/{feed_id}/doctor", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def codes(caller: Caller, feed_id: str) -> list[str]:
    return [finding["code"] for finding in examined(caller, feed_id)["findings"]]


def keep_reader(database: Database, clock: Clock, feed_id: str, client: FeedClient, etag: str, **ago: float) -> None:
    """Somebody has read the feed."""
    with database.transaction() as session:
        at = clock.now - timedelta(**ago)
        session.add(FeedReader(feed_id=feed_id, client=client, first_at=at, last_at=at, etag=etag))


def test_doctor_measures_the_feed_as_its_readers_get_it(
    viewer: Caller, database: Database, clock: Clock, settings: Settings, feed_id: str
) -> None:
    found = examined(viewer, feed_id)
    assert (found["entries"], found["readers"]) == (1, [])
    assert 0 < found["compressed_size"] < found["size"] < 10_000
    rotated = viewer.post(f"/feeds/{feed_id}/rotate").json
    assert found["url_length"] == len(rotated["url"])
    assert [finding["code"] for finding in found["findings"]] == ["never_read"]
    with database.transaction(write=False) as session:
        again = examine_feed(session, ActionContext(None, clock.now, settings.office), session.get_one(Feed, feed_id))
    assert again.etag == found["etag"]


def test_change_shows_in_the_doctors_report(
    viewer: Caller, officer: Caller, database: Database, clock: Clock, feed_id: str
) -> None:
    before = examined(viewer, feed_id)
    keep_reader(database, clock, feed_id, FeedClient.GOOGLE, before["etag"])
    assert examined(viewer, feed_id)["findings"] == []
    clock.move(hours=1)
    draft = officer.made("/delegations", VISIT)["id"]
    assert examined(viewer, feed_id)["etag"] == before["etag"]
    assert officer.post(f"/events/{draft}/transitions", {"to": "planned"}).status_code == 200
    after = examined(viewer, feed_id)
    assert after["etag"] != before["etag"]
    assert after["entries"] == 2
    assert after["last_changed_at"] > before["last_changed_at"]
    assert [reader["is_current"] for reader in after["readers"]] == [False]
    assert after["findings"] == []
    clock.move(hours=25)
    assert codes(viewer, feed_id) == ["stale_reader"]


def test_readers_are_listed_by_who_read_last(viewer: Caller, database: Database, clock: Clock, feed_id: str) -> None:
    etag = examined(viewer, feed_id)["etag"]
    keep_reader(database, clock, feed_id, FeedClient.APPLE, etag, hours=2)
    keep_reader(database, clock, feed_id, FeedClient.GOOGLE, "an older one", hours=5)
    keep_reader(database, clock, feed_id, FeedClient.OTHER, etag, hours=1)
    answer = viewer.get(f"/feeds/{feed_id}/readers")
    assert [(reader["client"], reader["is_current"]) for reader in answer.json] == [
        ("other", True),
        ("apple", True),
        ("google", False),
    ]
    assert set(answer.json[0]) == {"client", "first_at", "last_at", "is_current"}
    assert answer.json == examined(viewer, feed_id)["readers"]
    second = viewer.get(f"/feeds/{feed_id}/readers?page=2&page_size=2")
    assert [reader["client"] for reader in second.json] == ["google"]
    assert '"total": 3' in second.headers["X-Pagination"]


def test_findings_follow_what_is_kept(viewer: Caller, database: Database, clock: Clock, feed_id: str) -> None:
    keep_reader(database, clock, feed_id, FeedClient.GOOGLE, examined(viewer, feed_id)["etag"])
    with database.transaction() as session:
        session.execute(update(Feed).where(col(Feed.id) == feed_id).values(alarms=True, expires_on=date(2026, 12, 1)))
    assert sorted(codes(viewer, feed_id)) == ["alarms_ignored", "expires_soon"]
    with database.transaction() as session:
        values = {"alarms": False, "expires_on": date(2026, 11, 1), "filter": {"kinds": ["anniversary"]}}
        session.execute(update(Feed).where(col(Feed.id) == feed_id).values(**values))
    assert codes(viewer, feed_id) == ["expired", "empty"]


def test_doctor_speaks_the_readers_language(caller: Callable[..., Caller], database: Database, feed_id: str) -> None:
    admin = caller(Role.ADMIN, locale="lo")
    sentence = "No program has read it yet."
    for headers, language in (({"Accept_Language": "vi"}, "vi"), ({}, "lo"), ({"Accept_Language": "en"}, "en")):
        finding = examined(admin, feed_id, **headers)["findings"][0]
        assert finding["detail"] == translate(sentence, language)
        assert finding["severity"] == "info"
        assert finding["advice"]


def test_only_the_owner_and_administrators_may_look(
    viewer: Caller, officer: Caller, approver: Caller, admin: Caller, feed_id: str
) -> None:
    for path in (f"/feeds/{feed_id}/doctor", f"/feeds/{feed_id}/readers"):
        assert viewer.get(path).status_code == 200
        assert admin.get(path).status_code == 200
        assert officer.get(path).status_code == 404
        assert approver.get(path).status_code == 404
        assert viewer.get(f"{path}?nothing=1").status_code == 422
    assert admin.get("/feeds/nothing/doctor").status_code == 404
    assert admin.get("/feeds/nothing/readers").status_code == 404
