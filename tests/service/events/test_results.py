"""What came of a visit: written by who is in charge, seen and found by who sees all of it, in no feed and no mail."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import true
from sqlmodel import select

from models.database import Database
from models.events import RESULTS_LENGTH, Event
from models.reminders import Reminder
from models.vocabulary import EventStatus, Role, Visibility
from service.actions import permissions
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_event_pages import fill_in, form_of
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("words are searched in two columns")

RESULTS = "Hai bên thống nhất Hoaphuongdo.\nSẽ ký biên bản ghi nhớ trong quý tới."


@pytest.fixture
def scene(database: Database, caller: Callable[..., Caller]) -> dict[str, Any]:
    """A visit that one department is in charge of, in which another one has a task."""
    with database.transaction() as session:
        mine, other = factories.make_organisation(session).id, factories.make_organisation(session).id
        event = factories.make_event(
            session, organisation_id=mine, status=EventStatus.COMPLETED, visibility=Visibility.INTERNAL
        )
        factories.make_task(session, event, organisation_id=other)
        identity = event.id
    return {
        "event": identity,
        "path": f"/delegations/{identity}",
        "owner": caller(Role.OFFICER, organisation_id=mine),
        "guest": caller(Role.OFFICER, organisation_id=other),
    }


def set_visibility(database: Database, event: str, visibility: Visibility) -> None:
    with database.transaction() as session:
        session.get_one(Event, event).visibility = visibility


def test_results_are_written_read_and_taken_back(scene: dict[str, Any]) -> None:
    owner, path = scene["owner"], scene["path"]
    assert owner.get(path).json["results"] is None
    answer = owner.patch(path, {"results": f"  {RESULTS}\r\n"})
    assert (answer.status_code, answer.json["results"]) == (200, RESULTS)
    assert owner.get(f"/events/{scene['event']}").json["results"] == RESULTS
    history = owner.get(f"/events/{scene['event']}/history").json
    assert {"from": None, "to": RESULTS} in [entry["changes"].get("results") for entry in history]
    assert not any("results_text" in entry["changes"] for entry in history)
    assert owner.patch(path, {"results": None}).json["results"] is None


@pytest.mark.parametrize("wrong", ["", "a" * (RESULTS_LENGTH + 1), 3, {"vi": "x"}])
def test_wrong_results_name_the_field(scene: dict[str, Any], wrong: Any) -> None:
    answer = scene["owner"].patch(scene["path"], {"results": wrong})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"results"})


def test_lost_updates_fail(scene: dict[str, Any]) -> None:
    owner, path = scene["owner"], scene["path"]
    stale = owner.etag(path)
    assert owner.patch(path, {"results": RESULTS}).status_code == 200
    assert owner.patch(path, {"results": "Khác"}, stale).status_code == 412
    assert scene["guest"].patch(path, {"results": "Khác"}).status_code == 403


def found(caller: Caller, words: str) -> list[str]:
    answer: Any = caller.get(f"/events?q={words}").json
    return [one["id"] for one in answer]


def test_only_who_sees_all_of_it_reads_and_finds_them(scene: dict[str, Any], database: Database) -> None:
    owner, guest, event = scene["owner"], scene["guest"], scene["event"]
    assert owner.patch(scene["path"], {"results": RESULTS}).status_code == 200
    with database.transaction(write=False) as session:
        title = session.get_one(Event, event).title["vi"].split()[0]
    # Words of the results, alone and beside one of the title.
    for words in ("hoaphuongdo", "HOAPHUONGDO", f"{title} hoaphuongdo", "bien ban ghi nho"):
        assert found(owner, words) == [event], words
        assert found(guest, words) == [], words
    assert found(guest, title) == [event]
    listed = next(one for one in guest.get("/events").json if one["id"] == event)
    assert (listed["results"], guest.get(scene["path"]).json["results"]) == (None, None)
    # Within the office everybody sees all of what is public.
    set_visibility(database, event, Visibility.PUBLIC)
    assert guest.get(scene["path"]).json["results"] == RESULTS
    assert found(guest, "hoaphuongdo") == [event]


def test_without_the_guard_others_would_find_them(scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what keeps the search from telling is the sight of the whole event, nothing else."""
    scene["owner"].patch(scene["path"], {"results": RESULTS})
    assert found(scene["guest"], "hoaphuongdo") == []
    monkeypatch.setattr(permissions, "overseen", lambda session: true())
    assert found(scene["guest"], "hoaphuongdo") == [scene["event"]]


def test_words_that_are_taken_back_find_nothing(scene: dict[str, Any]) -> None:
    owner = scene["owner"]
    owner.patch(scene["path"], {"results": RESULTS})
    owner.patch(scene["path"], {"results": None})
    assert found(owner, "hoaphuongdo") == []
    assert found(owner, "%25") == []


def test_no_feed_and_no_mail_has_them(scene: dict[str, Any], database: Database) -> None:
    owner = scene["owner"]
    set_visibility(database, scene["event"], Visibility.PUBLIC)
    feed = owner.made("/feeds", {"name": "Lịch", "locale": "vi"})
    address = feed["url"].split("/feeds/")[1]
    before = owner.get(scene["path"]).json
    after = owner.patch(scene["path"], {"results": RESULTS}).json
    kept = ("uid", "sequence", "changed_since_confirmed", "status")
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}
    calendar = owner.client.get(f"/feeds/{address}").text
    assert "BEGIN:VEVENT" in calendar
    assert "Hoaphuongdo" not in calendar
    with database.transaction(write=False) as session:
        assert session.exec(select(Reminder)).all() == []


def test_pages_ask_for_them_once_the_visit_has_begun(
    signed_in: Callable[..., Browser], scene: dict[str, Any], database: Database
) -> None:
    reader, event = signed_in(Role.APPROVER), scene["event"]
    page = reader.get(f"/events/{event}?edit=facts")
    assert 'name="results"' in page.text
    assert fill_in(reader, event, "facts", "facts", results=RESULTS).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Event, event).results == RESULTS
    assert "Hai bên thống nhất Hoaphuongdo." in reader.get(f"/events/{event}").text
    assert form_of(reader.get(f"/events/{event}?edit=facts"))["results"] == RESULTS


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED])
def test_pages_do_not_ask_before(
    signed_in: Callable[..., Browser], scene: dict[str, Any], database: Database, status: EventStatus
) -> None:
    with database.transaction() as session:
        session.get_one(Event, scene["event"]).status = status
    page = signed_in(Role.APPROVER).get(f"/events/{scene['event']}?edit=facts")
    assert page.status_code == 200
    assert 'name="results"' not in page.text


def test_the_page_shows_them_only_with_sight_of_the_whole(
    signed_in: Callable[..., Browser], scene: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, scene["event"])
        event.results = RESULTS
        other = factories.make_organisation(session).id
        factories.make_task(session, event, organisation_id=other)
    shown = signed_in(Role.OFFICER, organisation_id=other).get(f"/events/{scene['event']}")
    assert shown.status_code == 200
    assert "Hoaphuongdo" not in shown.text
