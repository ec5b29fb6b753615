"""The trash: what lies in it is found nowhere, gives nobody a right, and comes back as it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, inspect
from sqlmodel import select

from jobs.cleanup import empty_trash
from models.accounts import Audit, User
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.feeds import DeletedEvent
from models.participation import settle_as_before
from models.places import Person
from models.resources import Booking
from models.tables import metadata
from models.trash import TRASHED_FOR, TrashedEvent
from models.vocabulary import Language, Role
from service.actions.undo.trash_rows import GOES, KEPT
from service.web.undo import trash as trash_pages
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.properties.operations import reads
from tests.service.undo.test_undo_api import ITEMS, batch, state, step
from tests.service.web.populated_database import addresses
from tests.service.web.test_pages import Browser, signed_in, words

__all__ = ["signed_in"]

MARK = "Hoaphuongdo"
pytestmark = pytest.mark.both_databases("rows of a draft taken out and put back")


@pytest.fixture
def planner(database: Database) -> User:
    with database.transaction() as session:
        return factories.make_user(session, Role.OFFICER, locale=Language.EN)


@pytest.fixture
def browser(signed_in: Callable[..., Browser], planner: User) -> Browser:
    return signed_in(user=planner)


@pytest.fixture
def draft(database: Database, admin: Caller, officer: Caller, planner: User) -> str:
    """A draft with everything that comes back; its id."""
    with database.transaction() as session:
        person = factories.make_person(session, name=f"Ông {MARK}")
        event = factories.make_event(
            session, status="draft", title={"vi": f"Đoàn {MARK}"}, created_by=planner.id, kind="training_batch"
        )
        factories.make_member(session, event, person, role="head")
        identity, first = event.id, event.first_day.isoformat()
    path = f"/events/{identity}"
    room = admin.made("/resources", {"name": {"vi": "Phòng"}, "type": "room", "locality": "hai-duong"})["id"]
    officer.made("/bookings", {"event_id": identity, "resource_id": room, "note": MARK})
    items = [{**ITEMS[0], "day": first, "title": {"vi": MARK}}]
    assert officer.call("PUT", f"{path}/programme", {"items": items}, If_Match="*").status_code == 200
    officer.made(f"{path}/tasks", {"title": {"vi": MARK}, "due_offset": "-P3D"})
    officer.made(f"{path}/notes", {"text": MARK, "visibility": "own"})
    return identity


def throw_away(browser: Browser, draft: str) -> None:
    page = browser.get(f"/events/{draft}").text
    version = page.split('name="version" value="')[1].split('"')[0]
    answer = browser.send(f"/events/{draft}", do="delete", version=version)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/trash?done=trashed")


def restore(browser: Browser, draft: str) -> Any:
    return browser.post(f"/trash/{draft}/restore", {"csrf": browser.csrf("/trash")})


def test_it_comes_back_as_it_was(browser: Browser, draft: str, database: Database, officer: Caller) -> None:
    before = state(database)
    sequence = officer.get(f"/events/{draft}").json["sequence"]
    throw_away(browser, draft)
    assert all(rows == [] for rows in state(database).values())
    assert MARK in browser.get("/trash").text
    answer = restore(browser, draft)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/events/{draft}?done=restored")
    assert state(database) == before
    assert officer.get(f"/events/{draft}").json["sequence"] > sequence + 1, "SEQUENCE goes on from its farewell"
    assert MARK in browser.get(f"/events/{draft}/notes").text
    with database.transaction() as session:
        assert session.exec(select(DeletedEvent)).all() == []
        assert session.exec(select(TrashedEvent)).all() == []
        assert [one.action for one in session.exec(select(Audit).where(Audit.entity == "event"))][-2:] == [
            "delete",
            "restore",
        ]


def test_nothing_of_it_is_found_anywhere(
    browser: Browser, draft: str, app: Flask, admin: Caller, database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        pages = addresses(app, session, draft)
    throw_away(browser, draft)
    # What the trail and the person's own entry told stays; the draft itself is told by nothing but the trash.
    found = set()
    for operation in reads(app):
        path = operation.path.replace("{event_id}", draft)
        if "{" not in path:
            answer = admin.get(path)
            if draft not in path and answer.is_json and draft in answer.text:
                found.add(operation.path)
            assert draft not in path or answer.status_code == 404, path
    assert found == {"/audit"}
    boss, seen = signed_in(Role.ADMIN), set()
    for rule, path in pages.items():
        answer = boss.get(path)
        if f"Đoàn {MARK}" in answer.text or (draft in answer.text and draft not in path):
            seen.add(rule)
        assert draft not in path or answer.status_code == 404, path
    assert seen == {"/administration/audit", "/trash", "/trash?done=trashed"}


def test_the_trash_of_others_hides_nothing(
    browser: Browser, draft: str, database: Database, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees the drafts that are theirs, page by page, however many others deleted later."""
    monkeypatch.setattr(trash_pages, "SIZE", 2)
    throw_away(browser, draft)
    later = {"kind": "activity", "sequence": 1, "sealed": b"x", "trashed_at": datetime(2030, 1, 1, tzinfo=UTC)}
    with database.transaction() as session:
        mine, other = factories.make_organisation(session), factories.make_organisation(session)
        account = session.get_one(User, planner.id)
        account.organisation_id = mine.id
        for number in range(3):
            session.add(TrashedEvent(id=f"other-{number}", organisation_id=other.id, **later))
    assert MARK in browser.get("/trash").text
    with database.transaction() as session:
        for number in range(2):
            session.add(TrashedEvent(id=f"mine-{number}", organisation_id=mine.id, **later))
    assert MARK not in browser.get("/trash").text
    assert "/trash?number=2" in browser.get("/trash").text
    assert MARK in browser.get("/trash?number=2").text


def test_a_keeper_is_asked_again(
    browser: Browser, draft: str, database: Database, admin: Caller, officer: Caller, approver: Caller
) -> None:
    keeper = {"keepers": [f"user:{approver.user_id}"], "needs_approval": True}
    hall = admin.made("/resources", {"name": {"vi": "Sảnh"}, "type": "room", "locality": "hai-duong"} | keeper)["id"]
    booking = f"/bookings/{officer.made('/bookings', {'event_id': draft, 'resource_id': hall})['id']}"
    assert officer.get(booking).json["state"] == "asked"
    throw_away(browser, draft)
    assert restore(browser, draft).status_code == 303
    assert officer.get(booking).json["state"] == "asked"
    assert approver.post(f"{booking}/approve", If_Match="*").status_code == 200


def test_the_sealed_row_tells_nothing(browser: Browser, draft: str, database: Database) -> None:
    throw_away(browser, draft)
    with database.transaction() as session:
        row = session.exec(select(TrashedEvent)).one()
        assert MARK.encode() not in row.sealed
        assert MARK not in repr(row.model_dump(exclude={"sealed"}))


def test_it_gives_nobody_a_right(
    browser: Browser, draft: str, database: Database, caller: Callable[..., Caller], admin: Caller
) -> None:
    """R4: who plans a draft around a person holds them only as long as the draft is there."""
    with database.transaction() as session:
        guest, mine = factories.make_organisation(session), factories.make_organisation(session)
        person = session.exec(select(Person)).one()
        member = session.exec(select(Member)).one()
        event = session.get_one(Event, draft)
        event.organisation_id, person.organisation_id = mine.id, None
        settle_as_before(member, organisation_id=guest.id)
        identity, bodies = person.id, (guest.id, mine.id)
        session.get_one(User, event.created_by).organisation_id = mine.id
    guests, own = (caller(Role.OFFICER, organisation_id=one) for one in bodies)
    assert guests.get(f"/events/{draft}").status_code == 200
    assert own.patch(f"/people/{identity}", {"phone": "1"}).status_code == 200
    throw_away(browser, draft)
    assert guests.get(f"/events/{draft}").status_code == 404
    assert own.patch(f"/people/{identity}", {"phone": "2"}).status_code == 403
    # A person only a draft in the trash names can be deleted, and does not come back with it.
    assert admin.delete(f"/people/{identity}").status_code == 204
    answer = restore(browser, draft)
    assert "lost=member:1" in answer.headers["Location"]
    assert "member (1)" in words(browser.get(answer.headers["Location"]))
    assert guests.get(f"/events/{draft}").status_code == 404


def test_people_come_back_for_whom_they_were(browser: Browser, draft: str, database: Database) -> None:
    with database.transaction() as session:
        was, now = factories.make_organisation(session), factories.make_organisation(session)
        settle_as_before(session.exec(select(Member)).one(), organisation_id=was.id)
        bodies = was.id, now.id
    throw_away(browser, draft)
    with database.transaction() as session:
        session.exec(select(Person)).one().organisation_id = bodies[1]
    restore(browser, draft)
    with database.transaction() as session:
        assert session.exec(select(Member)).one().organisation_id == bodies[0]


def test_doubles_merged_meanwhile_come_back_as_one(
    browser: Browser, draft: str, database: Database, admin: Caller
) -> None:
    with database.transaction() as session:
        person, into = session.exec(select(Person)).one(), factories.make_person(session, name="Ông Khác")
        ids = person.id, into.id
    throw_away(browser, draft)
    assert admin.post(f"/people/{ids[0]}/merge", {"into": ids[1]}).status_code == 200
    restore(browser, draft)
    with database.transaction() as session:
        assert session.exec(select(Member)).one().person_id == ids[1]


def test_a_body_merged_meanwhile(browser: Browser, draft: str, database: Database, admin: Caller) -> None:
    with database.transaction() as session:
        old, new = factories.make_organisation(session), factories.make_organisation(session)
        session.get_one(Event, draft).organisation_id = old.id
        ids = old.id, new.id
    throw_away(browser, draft)
    assert admin.post(f"/organisations/{ids[0]}/merge", {"into": ids[1]}).status_code == 200
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).one().organisation_id == ids[1]
    assert restore(browser, draft).status_code == 303
    with database.transaction() as session:
        assert session.get_one(Event, draft).organisation_id == ids[1]


def test_what_was_booked_is_free_meanwhile(browser: Browser, draft: str, database: Database, officer: Caller) -> None:
    with database.transaction() as session:
        booking = session.exec(select(Booking)).one()
        room, days = booking.resource_id, {"first_day": booking.first_day, "last_day": booking.last_day}
        other = factories.make_event(session, **days).id
    throw_away(browser, draft)
    officer.made("/bookings", {"event_id": other, "resource_id": room})
    answer = restore(browser, draft)
    assert "asked=1" in answer.headers["Location"]
    assert [one["state"] for one in officer.get(f"/bookings?event_id={draft}").json] == ["requested"]


def test_who_may_restore(browser: Browser, draft: str, database: Database, signed_in: Callable[..., Browser]) -> None:
    with database.transaction() as session:
        mine, other = factories.make_organisation(session), factories.make_organisation(session)
        session.get_one(Event, draft).organisation_id = mine.id
        own, stranger = (factories.make_user(session, Role.OFFICER, organisation_id=one.id) for one in (mine, other))
    throw_away(browser, draft)
    outside = signed_in(user=stranger)
    assert MARK not in outside.get("/trash").text
    token = outside.csrf("/account")
    for deed in ("restore", "purge"):
        refused = outside.post(f"/trash/{draft}/{deed}", {"csrf": token})
        assert refused.status_code == 404
        assert signed_in(Role.VIEWER).get("/trash").status_code == 403
    assert restore(signed_in(user=own), draft).status_code == 303


def test_deleted_for_good(browser: Browser, draft: str, database: Database) -> None:
    throw_away(browser, draft)
    answer = browser.post(f"/trash/{draft}/purge", {"csrf": browser.csrf("/trash")})
    assert answer.headers["Location"] == "/trash?done=purged"
    assert restore_refused(browser, draft)
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []
        assert session.exec(select(Audit).where(Audit.action == "purge")).one().entity_id == draft


def restore_refused(browser: Browser, draft: str) -> bool:
    answer = browser.post(f"/trash/{draft}/restore", {"csrf": browser.csrf("/account")})
    return answer.status_code == 404


def test_gone_after_its_time(browser: Browser, draft: str, database: Database, clock: Clock) -> None:
    throw_away(browser, draft)

    def swept(at: datetime) -> int:
        with database.transaction() as session:
            return empty_trash(session, at)

    assert swept(clock.now + TRASHED_FOR) == 0
    assert swept(clock.now + TRASHED_FOR + timedelta(seconds=1)) == 1
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []
        assert session.exec(select(Audit).where(Audit.action == "purge")).one().actor_name == "desk"


def test_the_api_deletes_for_good(draft: str, officer: Caller, database: Database) -> None:
    assert officer.delete(batch(f"/events/{draft}")).status_code == 204
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []


def test_only_drafts(browser: Browser, draft: str, officer: Caller, database: Database) -> None:
    assert step(officer, f"/events/{draft}", "cancelled", "x").status_code == 200
    page = browser.get(f"/events/{draft}").text
    version = page.split('name="version" value="')[1].split('"')[0]
    answer = browser.send(f"/events/{draft}", do="delete", version=version)
    assert answer.headers["Location"] == "/?done=deleted"
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []


def test_another_key_opens_nothing(browser: Browser, draft: str, database: Database) -> None:
    throw_away(browser, draft)
    with database.transaction() as session:
        session.exec(select(TrashedEvent)).one().sealed = b"something else"
    assert "Sealed with another key" in words(browser.get("/trash"))
    refused = restore(browser, draft)
    assert refused.status_code == 409
    assert "another secret key" in words(refused)


def test_who_changed_what_stays_theirs(
    browser: Browser, draft: str, caller: Callable[..., Caller], signed_in: Callable[..., Browser], database: Database
) -> None:
    """Four eyes look at who wrote it, not at who restored it."""
    approver = caller(Role.APPROVER)
    path = f"/events/{draft}"
    assert approver.patch(batch(path), {"headcount": 77}).status_code == 200
    with database.transaction() as session:
        boss = session.get_one(User, approver.user_id)
    throw_away(browser, draft)
    assert restore(signed_in(user=boss), draft).status_code == 303
    assert step(approver, path, "planned").status_code == 200
    assert step(approver, path, "confirmed").json["code"] == "four_eyes"
    assert step(caller(Role.APPROVER), path, "confirmed").status_code == 200


def test_every_part_of_an_event_is_decided() -> None:
    """A new table below events goes into the trash, or there is a reason why not."""
    below = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "event" and key.ondelete == "CASCADE"
    }
    kept = {str(model.__tablename__) for model in KEPT}
    assert below <= kept | GOES.keys()
    assert not kept & GOES.keys()
    bytes_of = {
        f"{model.__tablename__}.{column.key}"
        for model in (Event, *KEPT)
        for column in inspect(model).columns
        if isinstance(column.type, LargeBinary)
    }
    assert {one.partition(".")[2] for one in bytes_of} <= {"sort_key"}, "the trash is JSON"
