"""The second pair of eyes on the pages: what differs from what was confirmed, who may accept it, who is asked."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from models.accounts import User
from models.database import Database
from models.events import Event
from models.vocabulary import DelegationLevel, EventKind, EventStatus, Language, MemberRole, Role
from service.actions.context import ActionContext
from service.actions.events import events, members
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, count_queries, signed_in, told, untranslated, words

__all__ = ("signed_in",)

SignedIn = Callable[..., Browser]


@pytest.fixture
def people(database: Database) -> dict[str, User]:
    """An officer who makes visits, two approvers."""
    with database.transaction() as session:
        return {
            "officer": factories.make_user(session, Role.OFFICER, name="Lan"),
            "approver": factories.make_user(session, Role.APPROVER, name="Hùng"),
            "other": factories.make_user(session, Role.APPROVER, name="Mai"),
        }


def visit(session: Session, clock: Clock, people: dict[str, User], to: EventStatus = EventStatus.CONFIRMED) -> Event:
    """A visit of the officer, confirmed by the approver unless it is only planned."""
    officer, approver = (ActionContext(people[name], clock.now, factories.OFFICE) for name in ("officer", "approver"))
    values: dict[str, Any] = {
        "title": {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": date(2027, 3, 10),
        "last_day": date(2027, 3, 12),
        "level": DelegationLevel.DEPARTMENT,
    }
    event = events.create_event(session, officer, EventKind.DELEGATION, values)
    events.transition(session, officer, event, EventStatus.PLANNED)
    if to is EventStatus.CONFIRMED:
        events.transition(session, approver, event, to)
    return event


@pytest.fixture
def changed(database: Database, clock: Clock, people: dict[str, User]) -> str:
    """A confirmed visit whose level, days and head the officer changed."""
    with database.transaction() as session:
        event = visit(session, clock, people)
        act = ActionContext(people["officer"], clock.now, factories.OFFICE)
        events.change_event(session, act, event, {"level": DelegationLevel.HIGH, "last_day": date(2027, 3, 14)})
        head = factories.make_person(session, name="Bun Mỹ")
        members.add_member(session, act, event, {"person_id": head.id, "role": MemberRole.HEAD})
        return event.id


def test_visit_shows_what_differs_and_an_approver_accepts_it(
    signed_in: SignedIn, database: Database, people: dict[str, User], changed: str
) -> None:
    approver, page = signed_in(user=people["approver"]), f"/events/{changed}"
    shown = approver.get(page)
    said = words(shown)
    for part in ("Hùng", "12/3/2027", "14/3/2027", "Đoàn cấp cao", "Bun Mỹ", "Lan"):
        assert part in said, part
    assert told("Changed since confirmed", "vi") in said
    with database.transaction(write=False) as session:
        version = session.get_one(Event, changed).version
    assert approver.send(page, do="accept", version=str(version - 1)).status_code == 412
    answer = approver.send(page, do="accept", version=str(version))
    assert answer.headers["Location"].endswith(f"{page}?done=accept#confirmation")
    after = words(approver.get(answer.headers["Location"]))
    assert told("The changes are accepted: the event is confirmed as it is now.", "vi") in after
    assert told("Changes accepted", "vi") in words(approver.get(f"{page}?show=history")), "the history tells it"
    assert told("Changed since confirmed", "vi") not in after


def test_who_may_not_accept_is_told_the_way_out_and_asks(
    signed_in: SignedIn, database: Database, people: dict[str, User], changed: str
) -> None:
    officer, page = signed_in(user=people["officer"]), f"/events/{changed}"
    said = words(officer.get(page))
    assert told("Who can confirm it: {names}", "vi", names="Hùng, Mai") in said
    assert told("Accept the changes", "vi") not in said
    answer = officer.send(page, do="ask")
    assert answer.status_code == 303, answer.text
    after = words(officer.get(answer.headers["Location"]))
    assert "Người trình: Lan" in after
    assert 'name="do" value="ask"' not in officer.get(page).text, "it was asked already"
    assert officer.send(page, do="ask").status_code == 409
    assert officer.send(page, do="accept", version="1").status_code in {403, 412}


def test_whoever_corrected_a_draft_finds_no_button_to_confirm_it(
    signed_in: SignedIn, database: Database, clock: Clock, people: dict[str, User]
) -> None:
    with database.transaction() as session:
        event = visit(session, clock, people, EventStatus.PLANNED)
        act = ActionContext(people["approver"], clock.now, factories.OFFICE)
        events.change_event(session, act, event, {"level": DelegationLevel.HIGH})
        event_id = event.id
    said = signed_in(user=people["approver"]).get(f"/events/{event_id}")
    assert 'name="to" value="confirmed"' not in said.text
    assert told("Who can confirm it: {names}", "vi", names="Mai") in words(said)
    assert 'name="to" value="confirmed"' in signed_in(user=people["other"]).get(f"/events/{event_id}").text


def test_first_page_lists_what_waits_for_an_approver(
    signed_in: SignedIn, database: Database, clock: Clock, people: dict[str, User], changed: str
) -> None:
    with database.transaction() as session:
        asked = visit(session, clock, people, EventStatus.PLANNED).id
        visit(session, clock, people)
    officer, approver = signed_in(user=people["officer"]), signed_in(user=people["approver"])
    officer.send(f"/events/{asked}", do="ask")
    page = approver.get("/")
    said = words(page)
    assert told("Waiting for an approver", "vi") in said
    assert "Ngày cuối, Ngày về, Trưởng đoàn, Cấp" in said, "which fields differ, in the order of the page"
    assert "Người trình: Lan" in said
    assert page.text.count("#confirmation") == 2
    assert told("Waiting for an approver", "vi") not in words(officer.get("/"))
    assert told("Changed since confirmed", "vi") in words(officer.get("/")), "and every list marks it"


def test_first_page_asks_no_more_for_more_events(
    signed_in: SignedIn, database: Database, clock: Clock, people: dict[str, User], changed: str
) -> None:
    approver = signed_in(user=people["approver"])
    few = count_queries(database, lambda: approver.get("/"))
    with database.transaction() as session:
        act = ActionContext(people["officer"], clock.now, factories.OFFICE)
        for _ in range(5):
            events.change_event(session, act, visit(session, clock, people), {"level": DelegationLevel.WORKING})
    assert count_queries(database, lambda: approver.get("/")) == few


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_page_says_it_in_the_readers_language(
    signed_in: SignedIn, database: Database, people: dict[str, User], changed: str, language: Language
) -> None:
    with database.transaction() as session:
        session.get_one(User, people["approver"].id).locale = language
        session.get_one(User, people["officer"].id).locale = language
    officer, approver = signed_in(user=people["officer"]), signed_in(user=people["approver"])
    for reader, path in ((officer, f"/events/{changed}"), (approver, f"/events/{changed}"), (approver, "/")):
        page = reader.get(path)
        assert told("Changed since confirmed", language) in words(page)
        assert untranslated(words(page)) == []


def test_what_was_confirmed_before_values_were_kept_is_said_to_be_unknown(
    signed_in: SignedIn, database: Database, people: dict[str, User], changed: str
) -> None:
    with database.transaction() as session:
        session.get_one(Event, changed).confirmed_values = None
    said = words(signed_in(user=people["approver"]).get(f"/events/{changed}"))
    sentence = "It was confirmed before this service kept what was confirmed; what it was is not known."
    assert told(sentence, "vi") in said
    assert told("Accept the changes", "vi") in said


def test_whoever_may_confirm_finds_themselves_among_those_who_may(
    signed_in: SignedIn, database: Database, clock: Clock, people: dict[str, User]
) -> None:
    with database.transaction() as session:
        event_id = visit(session, clock, people, EventStatus.PLANNED).id
    said = words(signed_in(user=people["approver"]).get(f"/events/{event_id}"))
    assert told("Who can confirm it: {names}", "vi", names="Hùng (Ông/Bà), Mai") in said
    said = words(signed_in(user=people["other"]).get(f"/events/{event_id}"))
    assert told("Who can confirm it: {names}", "vi", names="Hùng, Mai (Ông/Bà)") in said


def test_a_change_of_what_was_confirmed_says_what_it_means(
    signed_in: SignedIn, database: Database, clock: Clock, people: dict[str, User]
) -> None:
    """Which fields, and that calendars show the visit as tentative; of a visit nobody confirmed nothing of the kind."""
    meaning = told("Calendars show the event as tentative until an approver accepts what changed: {fields}.", "vi")
    begins = meaning.partition("{")[0]
    officer = signed_in(user=people["officer"])
    for to, tentative in ((EventStatus.CONFIRMED, True), (EventStatus.PLANNED, False)):
        with database.transaction() as session:
            event = visit(session, clock, people, to)
            act = ActionContext(people["officer"], clock.now, factories.OFFICE)
            events.change_event(session, act, event, {"level": DelegationLevel.HIGH, "budget": None})
            page = f"/events/{event.id}"
        after = words(officer.get(f"{page}?done=facts"))
        assert told("The facts were saved.", "vi") in after
        assert (begins in after) is tentative
        if tentative:
            assert f"{begins}{told('Level', 'vi')}." in after
        assert begins not in words(officer.get(f"{page}?done=ask"))
