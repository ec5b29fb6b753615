"""Of a shared visit the other side is told what is shared and nothing else: by every operation, page and feed.

The visit is that of :mod:`tests.service.http.test_permissions`, which has everything a visit can have, each with a word
that gives it away. Here that word stays in what is not shared, and what is shared says something else.
"""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlmodel import col, select
from werkzeug.test import TestResponse

from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.database import Database
from models.estimates import Estimate
from models.event_parts import ProgrammeItem, ProgrammeRevision, Task
from models.events import Event
from models.files import File, StoredContent
from models.places import Organisation, Person
from models.vocabulary import FileKind, FileVisibility, Role
from service.actions.both_sides import shared_reading
from service.actions.files import file_rights
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.http.test_permissions import MARK, World, asked, change, changes, world
from tests.service.http.test_requests import operations
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in", "world"]

OTHER = "vientiane-province"
SHARED = {"title": "Chuyen chung", "item": "Muc da cong bo", "file": "Tep dung chung", "task": "Viec phia kia"}
SECRETS = (MARK, "chung@example.org", "0900111222", "73500000")

READ = {
    "/events/{event_id}": {200},
    "/delegations/{event_id}": {200},
    "/activities/{event_id}": {404},
    "/art-troupe-visits/{event_id}": {404},
    "/training-batches/{event_id}": {404},
    "/training-batches/{event_id}/learners": {404},
    "/training-batches/{event_id}/learners/{learner_id}": {404},
    "/events/{event_id}/share": {200},
    "/events/{event_id}/members": {200},
    "/events/{event_id}/programme": {200},
    "/events/{event_id}/programme/revisions/{number}": {200},
    "/events/{event_id}/tasks": {200},
    "/events/{event_id}/bookings": {200},
    "/events/{event_id}/files": {200},
    "/events/{event_id}/notes": {200},
    "/events/{event_id}/proposals": {200},
    "/events/{event_id}/reminders": {200},
    "/events/{event_id}/documents": {200},
    "/events/{event_id}/documents/{kind}.{file_format}": {200},
    "/events/{event_id}/links": {403, 404},
    "/events/{event_id}/submissions": {403, 404},
    "/events/{event_id}/placements": {404},
    "/events/{event_id}/estimate": {404},
    "/events/{event_id}/history": {403},
}
"""What each operation below an event answers to its other side. Notes are those that are shared, reminders one's own,
tasks those of its bodies, files those that are marked; bookings none; papers only made of what it reads."""


@pytest.fixture
def abroad(database: Database) -> Organisation:
    with database.transaction() as session:
        return factories.make_organisation(session, locality=OTHER)


@pytest.fixture
def shared(world: World, abroad: Organisation, database: Database, clock: Clock) -> World:
    """The world's visit, shared with another office; what that may read says so."""
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        told = {"vi": SHARED["title"]}
        event.title = event.description = event.location = event.purpose = told
        event.budget = {"amount": "73500000", "currency": "VND"}
        person = session.get_one(Person, world.ids["person_id"])
        person.phone = "0900111222"
        (revision,) = session.exec(select(ProgrammeRevision).where(ProgrammeRevision.event_id == event.id))
        revision.items = [one | {"title": {"vi": SHARED["item"]}, "place": None} for one in revision.items]
        revision.note = None
        (item,) = session.exec(select(ProgrammeItem).where(ProgrammeItem.event_id == event.id))
        assert MARK in item.title["vi"], "unpublished"
        (task,) = session.exec(select(Task).where(Task.event_id == event.id))
        assert MARK in task.title["vi"], "of nobody's"
        body = factories.make_organisation(session, locality=OTHER)
        factories.make_task(session, event, organisation_id=body.id, title={"vi": SHARED["task"]})
        session.add(StoredContent(sha256="1" * 64, size=1, stored_at=clock.now))
        session.flush()
        given = {"kind": FileKind.LETTER, "name": "chung.txt", "media_type": "text/plain", "size": 1}
        given |= {"sha256": "1" * 64, "uploaded_at": clock.now, "visibility": FileVisibility.SHARED}
        session.add(File(event_id=event.id, title=SHARED["file"], **given))
        assert session.get_one(Estimate, event.id).class_decided_by == MARK
        for proposal in session.exec(select(Proposal).where(Proposal.event_id == event.id)):
            proposal.note = None  # for both sides to read
        session.add(EventShare(event_id=event.id, office=OTHER, shared_at=clock.now))
    return world


@pytest.fixture
def other(caller: Callable[..., Caller], abroad: Organisation) -> Caller:
    return caller(Role.APPROVER, organisation_id=abroad.id)


def text_of(answer: TestResponse) -> str:
    return answer.get_data().decode(errors="replace")


def leaked(text: str, question: str = "") -> list[str]:
    return [secret for secret in SECRETS if secret in text and secret not in question]


@pytest.mark.both_databases("everything that reads events asks with whom they are shared")
def test_every_operation_tells_what_is_shared_and_no_more(shared: World, app: Flask, other: Caller) -> None:
    told = set()
    for path, answers in asked(shared, app, other).items():
        for answer in answers:
            text = text_of(answer)
            assert not leaked(text, answer.request.full_path), (path, text)
            assert answer.status_code < 500
            told |= {name for name, words in SHARED.items() if words in text}
            if path in READ:
                assert answer.status_code in READ[path], (path, answer.status_code, text)
    assert told == set(SHARED)


def test_every_operation_below_an_event_has_a_decision(app: Flask) -> None:
    below = {path for method, path, _role in operations(app) if method == "GET" and "{event_id}" in path}
    assert below <= READ.keys(), "decide what the other side of a shared event reads here"


@pytest.mark.both_databases("the pages of the other side")
def test_every_page_tells_what_is_shared_and_no_more(
    shared: World, app: Flask, abroad: Organisation, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(Role.APPROVER, organisation_id=abroad.id)
    pages = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.")}
    told = set()
    for page in sorted(pages - {"/static/<name>", "/unsubscribe/<token>", "/login"}):
        for query in ("", f"?q={MARK}", "?from=2026-01-01&to=2027-12-31", "?state=failed"):
            answer = browser.get(shared.address(page) + query)
            assert answer.status_code < 500, page
            assert not leaked(text_of(answer), query), (page, query)
            told |= {name for name, words in SHARED.items() if words in text_of(answer)}
    assert told == set(SHARED)


ANSWERS = ("/proposals", "/notes")
"""What the other side answers with: their own tests say who may."""


def test_it_changes_nothing_but_its_own_tasks(shared: World, other: Caller, database: Database) -> None:
    for method, path, body in changes(shared):
        if any(part in path for part in ANSWERS):
            continue
        answer = change(other, method, path, body)
        assert answer.status_code in {403, 404, 422}, (method, path, answer.text)
        assert not leaked(answer.text), (method, path)
    with database.transaction(write=False) as session:
        assert session.exec(select(col(EventShare.event_id))).all() == [shared.event_id]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER])
def test_departments_of_its_office_that_take_no_part_read_nothing(
    shared: World, app: Flask, caller: Callable[..., Caller], abroad: Organisation, role: Role
) -> None:
    reader = caller(role, organisation_id=abroad.id)
    for path, answers in asked(shared, app, reader).items():
        assert not any(map(shared.tells, answers)), path
        assert not any(words in text_of(answer) for answer in answers for words in SHARED.values()), path


def test_its_feed_gains_the_visit_and_loses_it_at_once(
    shared: World, other: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    made = other.made("/feeds", {"name": "Lịch", "programme": True, "tasks": True})
    path = made["url"].removeprefix("https://desk.example.org")

    def shows() -> str:
        return other.client.get(path).text

    before = shows()
    assert SHARED["title"] in before
    assert not leaked(before)
    owner = caller(Role.OFFICER, organisation_id=shared.mine.id)
    assert owner.call("DELETE", f"/events/{shared.event_id}/share").status_code == 204
    assert shared.uid not in shows()
    with_law = {"acknowledged": True}
    assert owner.call("PUT", f"/events/{shared.event_id}/share", with_law).status_code == 200
    assert SHARED["title"] in shows()


Guard = tuple[object, str, object]

GUARDS: Mapping[str, Guard] = {
    "files": (file_rights, "seen", lambda *_: File.id == File.id),
    "tasks": (shared_reading, "tasks_of_other_side", lambda session, event, share: _all_tasks(session, event)),
}
"""What keeps something back, and what it is replaced by so that it does not."""


def _all_tasks(session: object, event: Event) -> list[Task]:
    return list(session.exec(select(Task).where(Task.event_id == event.id)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("guard", ["files", "tasks"])
def test_the_guards_hold_something_back(
    shared: World, other: Caller, abroad: Organisation, signed_in: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch, guard: str,
) -> None:  # fmt: skip
    """The control: without one of them the test above finds what was planted."""
    monkeypatch.setattr(*GUARDS[guard])
    browser = signed_in(Role.APPROVER, organisation_id=abroad.id)
    texts = [browser.get(f"/events/{shared.event_id}/shared").text, other.get(f"/events/{shared.event_id}/files").text]
    assert any(map(leaked, texts))
