"""No note reaches a reader whom it is not for, whatever was shared, written and struck out, in whichever order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlmodel import select

from jobs import queue
from jobs.note_checks import NoteChecks, NoteMail
from models.accounts import User
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import Role, Visibility
from service.settings import Settings
from tests import factories
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

WORDS = [f"ghichu{number}bimat" for number in range(6)]
WRITERS = ("owner", "other", "department")
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(WRITERS), st.sampled_from(["own", "shared"])),
    st.tuples(st.just("share"), st.booleans(), st.none()),
    st.tuples(st.just("strike"), st.integers(0, 5), st.none()),
)
API = (
    "/events/{}/notes",
    "/events/{}/notes?format=csv",
    "/events/{}/history",
    "/audit",
    "/reminders",
    "/events?q=ghichu",
)
PAGES = (
    "/",
    "/events/{}",
    "/events/{}/notes",
    "/events/{}/told",
    "/search?q=ghichu",
    "/administration/audit",
    "/reminders",
)


@dataclass
class Told:
    """A note, and who wrote it for whom."""

    word: str
    office: str
    is_shared: bool


@dataclass
class Readers:
    """Everybody who looks, by API and by browser."""

    callers: dict[str, Caller]
    browsers: dict[str, Browser]


@pytest.fixture
def readers(
    two: TwoOffices, caller: Callable[..., Caller], signed_in: Callable[..., Browser], database: Database
) -> Readers:
    with database.transaction() as session:
        factories.make_locality(session, "bac-giang", country="VN")
        third = factories.make_organisation(session, locality="bac-giang").id
    callers = {
        "owner": two.owner,
        "colleague": caller(Role.VIEWER, organisation_id=two.body_id),
        "admin": caller(Role.ADMIN),
        "other": two.other,
        "department": two.department,
        "third": caller(Role.ADMIN, organisation_id=third),
    }
    with database.transaction(write=False) as session:
        users = {name: session.get_one(User, one.user_id) for name, one in callers.items()}
    return Readers(callers, {name: signed_in(user=user) for name, user in users.items()})


def reads(who: str, note: Told, *, is_shared: bool, takes_part: bool) -> bool:
    """The definition: one's own office's, and what is for both; of the other side only while it is shared."""
    if who in {"owner", "colleague", "admin"}:
        return note.office == OWN or note.is_shared
    if who == "third" or (who == "other" and not is_shared) or (who == "department" and not takes_part):
        return False
    return is_shared if note.is_shared else note.office == OTHER


def play(two: TwoOffices, readers: Readers, event_id: str, steps: list[Any]) -> tuple[list[Told], bool]:
    """Take the steps; the notes that were written, and whether the event is shared in the end."""
    written: list[tuple[str, str]] = []
    told: list[Told] = []
    is_shared = False
    for what, one, more in steps:
        if what == "share":
            method, body = ("PUT", {"acknowledged": True}) if one else ("DELETE", None)
            answer = two.owner.call(method, f"/events/{event_id}/share", body)
            is_shared = one if answer.status_code < 300 else is_shared
        elif what == "write" and len(told) < len(WORDS):
            word = WORDS[len(told)]
            answer = readers.callers[one].post(f"/events/{event_id}/notes", {"text": word, "visibility": more})
            if answer.status_code == 201:
                told.append(Told(word, OWN if one == "owner" else OTHER, more == "shared"))
                written.append((one, answer.json["id"]))
        elif what == "strike" and one < len(written):
            readers.callers[written[one][0]].post(f"/notes/{written[one][1]}/strike")
    return told, is_shared


def leaks(readers: Readers, event_id: str, told: list[Told], allowed: Callable[[str, Told], bool]) -> list[Any]:
    """Where somebody found a note that is not for them, or did not find one that is."""
    wrong: list[Any] = []
    for who, caller in readers.callers.items():
        listed = caller.get(f"/events/{event_id}/notes").text
        wrong += [(who, "list", note) for note in told if (note.word in listed) is not allowed(who, note)]
        for path in API:
            text = caller.get(path.format(event_id)).text
            wrong += [(who, path, note) for note in told if note.word in text and not allowed(who, note)]
        for path in PAGES:
            text = readers.browsers[who].get(path.format(event_id)).text
            wrong += [(who, path, note) for note in told if note.word in text and not allowed(who, note)]
    return wrong


def new_event(two: TwoOffices, database: Database, *, takes_part: bool) -> str:
    with database.transaction() as session:
        event = factories.make_event(
            session, host=OWN, guest=OTHER, organisation_id=two.body_id, visibility=Visibility.INTERNAL
        )
        if takes_part:
            factories.make_task(session, event, organisation_id=two.department_id)
        return event.id


@pytest.mark.both_databases("who reads a note is asked in SQL, where shares are")
@given(steps=st.lists(STEPS, min_size=3, max_size=9), takes_part=st.booleans())
@examples(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_note_reaches_whom_it_is_not_for(
    two: TwoOffices, readers: Readers, database: Database, steps: list[Any], takes_part: bool
) -> None:
    event_id = new_event(two, database, takes_part=takes_part)
    told, is_shared = play(two, readers, event_id, steps)

    def allowed(who: str, note: Told) -> bool:
        return reads(who, note, is_shared=is_shared, takes_part=takes_part)

    assert leaks(readers, event_id, told, allowed) == []


def test_the_property_notices_a_rule_that_lets_everybody_read(
    two: TwoOffices, readers: Readers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr("service.actions.both_sides.note_sight.reads_note", lambda *_args: True)
    event_id = new_event(two, database, takes_part=True)
    steps = [("share", True, None), ("write", "owner", "own"), ("write", "other", "own")]
    told, is_shared = play(two, readers, event_id, steps)
    found = leaks(readers, event_id, told, lambda who, note: reads(who, note, is_shared=is_shared, takes_part=True))
    assert {one[0] for one in found} >= {"owner", "other", "department"}
    assert {one[1] for one in found} >= {"list", "/events/{}/notes"}


@given(data=st.data())
@examples(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mails_of_mentions_go_exactly_to_who_reads_the_note(
    two: TwoOffices, readers: Readers, database: Database, settings: Settings, clock: Clock, data: Any
) -> None:
    takes_part, shares, ends = (data.draw(st.booleans()) for _choice in range(3))
    event_id = new_event(two, database, takes_part=takes_part)
    if shares:
        play(two, readers, event_id, [("share", True, None), ("write", "other", "shared")])
    who = data.draw(st.sampled_from(WRITERS))
    visibility = data.draw(st.sampled_from(["own", "shared"]))
    named = data.draw(st.lists(st.sampled_from(sorted(readers.callers)), min_size=1, max_size=3, unique=True))
    body = {
        "text": WORDS[0],
        "visibility": visibility,
        "mentions": [readers.callers[one].user_id for one in named],
    }
    answer = readers.callers[who].post(f"/events/{event_id}/notes", body)
    if ends and shares:
        play(two, readers, event_id, [("share", False, None)])
    is_shared = shares and not ends
    note = Told(WORDS[0], OWN if who == "owner" else OTHER, visibility == "shared")
    with database.transaction() as session:
        rows = session.exec(select(Reminder.recipient).where(Reminder.about_id == event_id)).all()
        claimed = [one for one in queue.claim(session, clock.now, "me", 60, 200) if one.about_id == event_id]
        checks = NoteChecks.load(session, claimed, settings.office)
        sent = {one.recipient for one in claimed if checks and isinstance(checks.check(one), NoteMail)}
        addresses = {name: session.get_one(User, one.user_id).email for name, one in readers.callers.items()}
        session.rollback()
    if answer.status_code != 201:
        assert rows == []
        return
    assert sorted(rows) == sorted(addresses[one] for one in named)
    may = {addresses[one] for one in named if reads(one, note, is_shared=is_shared, takes_part=takes_part)}
    assert sent == may
