"""On leave: until when, who stands in, the events handed over in one step; by the API and on the pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models.accounts import User
from models.database import Database
from models.places import Organisation
from models.vocabulary import ReminderState, Role
from tests import factories
from tests.service.conftest import Caller
from tests.service.events.test_hours import make
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("a column that refers to its own table")

UNTIL = "2026-12-05"


@pytest.fixture
def body(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_organisation(session).id


@pytest.fixture
def lan(caller: Callable[..., Caller], body: str) -> Caller:
    return caller(Role.OFFICER, organisation_id=body)


@pytest.fixture
def minh(caller: Callable[..., Caller], body: str) -> Caller:
    return caller(Role.OFFICER, organisation_id=body, name="Minh")


def account(database: Database, who: Caller) -> User:
    with database.transaction(write=False) as session:
        user = session.get_one(User, who.user_id)
        session.expunge(user)
        return user


def test_one_step_notes_the_leave_and_hands_the_events_over(lan: Caller, minh: Caller) -> None:
    event = make(lan)
    leave = {"away_until": UNTIL, "stand_in_id": minh.user_id, "hand_over": True}
    answer: Any = lan.post("/me/leave", leave)
    assert answer.status_code == 200, answer.text
    assert answer.json == {"away_until": UNTIL, "stand_in_id": minh.user_id, "moved": 1, "left": []}
    assert minh.get(f"/events/{event['id']}").json["in_charge_id"] == minh.user_id  # type: ignore[index]
    me: Any = lan.get("/me").json
    assert (me["away_until"], me["stand_in_id"]) == (UNTIL, minh.user_id)
    back: Any = lan.post("/me/leave", {"away_until": None})
    assert back.json == {"away_until": None, "stand_in_id": None, "moved": 0, "left": []}
    assert lan.get("/me").json["stand_in_id"] is None  # type: ignore[index]
    assert minh.get(f"/events/{event['id']}").json["in_charge_id"] == minh.user_id, "it stays"  # type: ignore[index]


@pytest.mark.parametrize(
    ("leave", "field"),
    [
        ({"away_until": "2026-11-21"}, "away_until"),
        ({"away_until": None, "stand_in_id": "minh"}, "away_until"),
        ({"away_until": UNTIL, "stand_in_id": "hoa"}, "stand_in_id"),
        ({"away_until": UNTIL, "stand_in_id": "lan"}, "stand_in_id"),
        ({"away_until": UNTIL, "stand_in_id": "off"}, "stand_in_id"),
        ({"away_until": UNTIL, "hand_over": True}, "stand_in_id"),
        ({"stand_in_id": "minh"}, "away_until"),
    ],
)
def test_what_is_refused(
    lan: Caller, minh: Caller, caller: Callable[..., Caller], database: Database, body: str, leave: Any, field: str
) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session).id
    who = {
        "lan": lan, "minh": minh, "hoa": caller(Role.OFFICER, organisation_id=other),
        "off": caller(Role.OFFICER, organisation_id=body),
    }  # fmt: skip
    with database.transaction() as session:
        session.get_one(User, who["off"].user_id).active = False
    if leave.get("stand_in_id"):
        leave = leave | {"stand_in_id": who[leave["stand_in_id"]].user_id}
    answer: Any = lan.post("/me/leave", leave)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert account(database, lan).away_until is None


def test_administrators_note_the_leave_of_others(lan: Caller, minh: Caller, admin: Caller) -> None:
    path = f"/users/{lan.user_id}"
    values = {"away_until": UNTIL, "stand_in_id": minh.user_id}
    assert admin.patch(path, values).json["stand_in_id"] == minh.user_id  # type: ignore[index]
    assert admin.patch(path, {"away_until": None}).json["stand_in_id"] is None  # type: ignore[index]
    stranger: Any = admin.patch(path, values | {"stand_in_id": admin.user_id})
    assert list(stranger.json["errors"]) == ["stand_in_id"]


@pytest.mark.parametrize("page", ["own", "administration"])
def test_pages_offer_it(
    lan: Caller, minh: Caller, database: Database, signed_in: Callable[..., Browser], page: str
) -> None:
    event = make(lan)
    own = page == "own"
    browser = signed_in(user=account(database, lan)) if own else signed_in(Role.ADMIN)
    path = "/account" if own else f"/administration/accounts/{lan.user_id}"
    shown = browser.get(path).text
    assert "Minh" in shown
    version = str(account(database, lan).version)
    form = {"away_until": UNTIL, "stand_in_id": minh.user_id, "hand_over": "yes", "do": "leave", "version": version}
    wrong = browser.send(path, **form | {"away_until": "2026-11-01"})
    assert wrong.status_code == 422
    assert 'id="away_until-wrong"' in wrong.text
    assert browser.send(path, **form).status_code == 200
    noted = account(database, lan)
    assert (noted.away_until, noted.stand_in_id) == (date(2026, 12, 5), minh.user_id)
    assert minh.get(f"/events/{event['id']}").json["in_charge_id"] == minh.user_id  # type: ignore[index]
    assert 'value="back"' in browser.get(path).text
    ended = browser.send(path, do="back", version=str(noted.version))
    assert account(database, lan).away_until is None
    assert (f'href="/?in_charge_id={minh.user_id}&amp;several=yes"' in ended.text) == own, "the way to take them back"


def test_events_one_may_not_change_stay(
    lan: Caller, minh: Caller, database: Database, caller: Callable[..., Caller]
) -> None:
    """Put in charge of an event of another body, one hands it over only if one may change it."""
    with database.transaction() as session:
        other = factories.make_organisation(session).id
        assert session.get(Organisation, other)
        event = factories.make_event(session, organisation_id=other, visibility="public", in_charge_id=lan.user_id)
    answer: Any = lan.post("/me/leave", {"away_until": UNTIL, "stand_in_id": minh.user_id, "hand_over": True})
    assert answer.json["moved"] + len(answer.json["left"]) == 1
    may_change = lan.patch(f"/delegations/{event.id}", {"title": {"vi": "X"}}, lan.etag(f"/delegations/{event.id}"))
    assert (answer.json["left"] == [event.id]) is (may_change.status_code == 403)


def test_lists_and_the_api_say_who_got_a_mail(
    lan: Caller, minh: Caller, database: Database, signed_in: Callable[..., Browser]
) -> None:
    event = make(lan)
    with database.transaction() as session:
        sent = {"state": ReminderState.SENT, "sent_at": factories.NOW, "sent_to": "minh@example.org"}
        mail = factories.make_reminder(session, None, event_id=event["id"], recipient="lan@example.org", **sent).id
    assert lan.get(f"/reminders/{mail}").json["sent_to"] == "minh@example.org"  # type: ignore[index]
    for one, address in ((lan, "lan@example.org"), (minh, "minh@example.org")):
        assert [row["id"] for row in one.get(f"/reminders?recipient={address}").json] == [mail]
    browser = signed_in(user=account(database, lan))
    for path in (f"/events/{event['id']}/told", f"/reminders/{mail}"):
        assert "minh@example.org" in browser.get(path).text, path
