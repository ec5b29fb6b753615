"""Keepers of rooms and cars over HTTP: who names them, what waits for them, who may approve and refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.resources import Booking
from models.vocabulary import Role
from service.actions.bookings import answers
from service.actions.context import ActionContext
from service.actions.events import events
from tests import factories
from tests.at_once import at_once, meanwhile
from tests.service.conftest import BATCH, Caller

pytestmark = pytest.mark.both_databases("an asked booking takes its resource by constraint and by partial index")

HALL = {"name": {"vi": "Hội trường A", "en": "Hall A"}, "type": "room", "locality": "hai-duong", "seats": 60}


@dataclass
class House:
    """A hall that Lan keeps and approves; Minh books for his department; the officer is of the protocol office."""

    keeper: Caller
    booker: Caller
    office: Caller
    hall: Any

    def event(self, **values: Any) -> Any:
        return self.booker.made("/training-batches", BATCH | values)

    def book(self, event: Any, start: str = "2027-03-10", end: str = "2027-03-10", **more: Any) -> Any:
        body = {"resource_id": self.hall["id"], "event_id": event["id"], "from": start, "to": end, **more}
        return self.booker.post("/bookings", body)

    def asked(self, **values: Any) -> Any:
        made = self.book(self.event(**values)).json
        assert made["state"] == "asked"
        return made


@pytest.fixture
def house(caller: Callable[..., Caller], database: Database, officer: Caller) -> House:
    with database.transaction() as session:
        of_hall = factories.make_organisation(session, name={"vi": "Văn phòng"}).id
        department = factories.make_organisation(session, name={"vi": "Sở Y tế"}).id
    keeper = caller(Role.OFFICER, organisation_id=of_hall, email="lan@example.org")
    booker = caller(Role.OFFICER, organisation_id=department, email="minh@example.org")
    hall = officer.made("/resources", HALL | {"keepers": [f"user:{keeper.user_id}"], "needs_approval": True})
    return House(keeper, booker, officer, hall)


def answer(who: Caller, booking: Any, step: str, **body: Any) -> Any:
    return who.post(f"/bookings/{booking['id']}/{step}", body or None)


def test_a_booking_waits_for_its_keeper_and_is_taken_meanwhile(house: House) -> None:
    booking = house.asked()
    assert booking["asked_by"] == house.booker.user_id
    other = house.book(house.event())
    assert (other.status_code, other.json["code"]) == (409, "booking_clash")
    approved = answer(house.keeper, booking, "approve")
    assert approved.status_code == 200, approved.text
    assert (approved.json["state"], approved.json["answered_by"]) == ("held", house.keeper.user_id)
    assert house.book(house.event()).status_code == 409


def test_a_refusal_frees_the_time_and_says_why(house: House) -> None:
    booking = house.asked()
    without = house.keeper.post(f"/bookings/{booking['id']}/refuse", {})
    assert (without.status_code, "reason" in without.json["errors"]) == (422, True)
    refused = answer(house.keeper, booking, "refuse", reason="Đang sửa chữa")
    assert (refused.json["state"], refused.json["answer_reason"]) == ("refused", "Đang sửa chữa")
    assert house.book(house.event()).json["state"] == "asked"
    again = house.booker.patch(f"/bookings/{booking['id']}", {"state": "held"})
    assert (again.status_code, again.json["code"]) == (409, "booking_clash")


def test_who_asked_does_not_answer_unless_they_keep_it(house: House) -> None:
    booking = house.asked()
    own = answer(house.booker, booking, "approve")
    assert (own.status_code, own.json["code"]) == (403, "not_in_charge")
    event = house.office.made("/training-batches", BATCH)
    mine = house.office.made(
        "/bookings",
        {"resource_id": house.hall["id"], "event_id": event["id"], "from": "2027-03-12", "to": "2027-03-12"},
    )
    refused = answer(house.office, mine, "approve")
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert answer(house.office, booking, "approve").status_code == 200, "the protocol office, of what others asked"


def test_what_a_keeper_books_needs_no_answer(house: House) -> None:
    event = house.keeper.made("/training-batches", BATCH)
    wish = {"resource_id": house.hall["id"], "event_id": event["id"], "from": "2027-03-10", "to": "2027-03-10"}
    made = house.keeper.made("/bookings", wish)
    assert (made["state"], made["answered_by"]) == ("held", house.keeper.user_id)


def test_others_can_neither_read_nor_answer(house: House, caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        stranger = factories.make_organisation(session, name={"vi": "Sở khác"}).id
    booking = house.asked(visibility="internal")
    nobody = caller(Role.OFFICER, organisation_id=stranger)
    assert answer(nobody, booking, "approve").status_code == 404
    viewer = caller(Role.VIEWER)
    assert answer(viewer, booking, "approve").status_code == 403


def test_a_keeper_reads_what_booking_needs_and_no_more(house: House) -> None:
    booking = house.asked(visibility="internal", title={"vi": "Chuyến thăm kín"})
    read = house.keeper.get(f"/bookings/{booking['id']}")
    assert read.status_code == 200, read.text
    assert (read.json["event_id"], read.json["created_by"]) == (None, house.booker.user_id)
    assert "Chuyến thăm kín" not in read.text
    assert house.keeper.get(f"/training-batches/{booking['event_id']}").status_code == 404
    approved = answer(house.keeper, booking, "approve")
    assert (approved.status_code, "Chuyến thăm kín" in approved.text) == (200, False)


def test_an_answer_to_what_was_changed_since_is_stale(house: House) -> None:
    booking = house.asked()
    tag = house.keeper.etag(f"/bookings/{booking['id']}")
    assert house.booker.patch(f"/bookings/{booking['id']}", {"to": "2027-03-11"}).status_code == 200
    stale = house.keeper.post(f"/bookings/{booking['id']}/approve", None, If_Match=tag)
    assert stale.status_code == 412
    tag = house.keeper.etag(f"/bookings/{booking['id']}")
    assert house.keeper.post(f"/bookings/{booking['id']}/approve", None, If_Match=tag).status_code == 200


def test_other_times_ask_again_other_words_do_not(house: House) -> None:
    booking = house.asked()
    path = f"/bookings/{booking['id']}"
    answer(house.keeper, booking, "approve")
    assert house.booker.patch(path, {"note": "Bàn chữ U"}).json["state"] == "held"
    assert house.booker.patch(path, {"state": "held"}).json["state"] == "held"
    moved = house.booker.patch(path, {"to": "2027-03-11"}).json
    assert (moved["state"], moved["answered_by"]) == ("asked", None)


def test_a_moved_event_asks_again(house: House) -> None:
    event = house.event()
    booking = house.book(event).json
    answer(house.keeper, booking, "approve")
    path = f"/training-batches/{event['id']}"
    assert house.booker.patch(path, {"title": {"vi": "Tên khác"}}).status_code == 200
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "held"
    assert house.booker.patch(path, {"first_day": "2027-04-10", "last_day": "2027-04-21"}).status_code == 200
    moved = house.booker.get(f"/bookings/{booking['id']}").json
    assert (moved["state"], moved["from"]) == ("asked", "2027-04-10")


def step(who: Caller, event: Any, to: str) -> None:
    done = who.post(f"/events/{event['id']}/transitions", {"to": to, "reason": "lịch"})
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(("is_approved", "expected"), [(True, "held"), (False, "asked")])
def test_calling_off_releases_and_what_comes_back_is_as_it_was(house: House, is_approved: bool, expected: str) -> None:
    event = house.event()
    booking = house.book(event).json
    if is_approved:
        answer(house.keeper, booking, "approve")
    step(house.booker, event, "planned")
    step(house.booker, event, "cancelled")
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "released"
    late = answer(house.keeper, booking, "approve")
    assert (late.status_code, late.json["code"], late.json["state_now"]) == (409, "not_asked", "released")
    step(house.booker, event, "planned")
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == expected


def test_confirming_asks_for_what_was_only_requested(house: House, approver: Caller) -> None:
    event = house.event()
    booking = house.book(event, state="requested").json
    assert booking["state"] == "requested"
    step(house.booker, event, "planned")
    step(approver, event, "confirmed")
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "asked"


@pytest.mark.parametrize("state", ["asked", "refused"])
def test_an_answer_is_no_field(house: House, state: str) -> None:
    refused = house.book(house.event(), state=state)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["state"])
    booking = house.asked()
    assert house.booker.patch(f"/bookings/{booking['id']}", {"state": "refused"}).status_code == 422
    assert house.booker.patch(f"/bookings/{booking['id']}", {"state": "asked", "note": "U"}).status_code == 200


def test_two_answers_at_once_are_one(house: House) -> None:
    booking = house.asked()
    found = at_once(
        [
            lambda: answer(house.keeper, booking, "approve"),
            lambda: answer(house.office, booking, "refuse", reason="Bận"),
        ]
    )
    assert sorted(one.status_code for one in found) == [200, 409]
    (late,) = (one for one in found if one.status_code == 409)
    assert late.json["code"] == "not_asked"


def test_approving_while_the_event_is_cancelled_leaves_nothing_taken(house: House) -> None:
    for _time in range(5):
        event = house.event()
        booking = house.book(event).json
        step(house.booker, event, "planned")
        at_once(
            [
                lambda one=booking: answer(house.keeper, one, "approve"),
                lambda one=event: step(house.booker, one, "cancelled"),
            ]
        )
        assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "released"


@pytest.mark.parametrize("step", ["approve", "refuse"])
def test_an_answer_to_what_is_being_deleted_finds_nothing(house: House, database: Database, step: str) -> None:
    booking, found = house.asked(status="draft"), []

    def late() -> None:
        found.append(answer(house.keeper, booking, step, **({"reason": "Bận"} if step == "refuse" else {})))

    with meanwhile(database, late) as start, database.transaction() as session:
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        events.delete_event(session, act, events.find_event(session, booking["event_id"]))
        session.flush()
        start()
    assert (found[0].status_code, found[0].json["code"]) == (404, "not_found"), found[0].text


def test_without_approval_what_waited_is_held(house: House) -> None:
    booking = house.asked()
    path = f"/resources/{house.hall['id']}"
    assert house.office.patch(path, {"needs_approval": False}).status_code == 200
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "held"
    assert house.office.patch(path, {"needs_approval": True}).status_code == 200
    assert house.booker.get(f"/bookings/{booking['id']}").json["state"] == "held", "nothing is asked afterwards"


def test_keepers_are_named_by_keepers_and_who_oversees(house: House, database: Database) -> None:
    path = f"/resources/{house.hall['id']}"
    for values in ({"keepers": [f"user:{house.booker.user_id}"]}, {"needs_approval": False}):
        refused = house.booker.patch(path, values)
        assert (refused.status_code, refused.json["code"]) == (403, "not_in_charge"), values
        assert list(refused.json["errors"]) == list(values)
    assert house.booker.patch(path, {"seats": 61}).status_code == 200, "anything else as before"
    both = [*house.hall["keepers"], f"user:{house.booker.user_id}"]
    assert house.keeper.patch(path, {"keepers": both}).json["keepers"] == both


@pytest.mark.parametrize(
    "word", ["lan@example.org", "user:", "user:01ARZ3NDEKTSV4RRFFQ69G5FAV", "email:nobody", "role:officer", ""]
)
def test_what_is_no_keeper(house: House, word: str) -> None:
    refused = house.office.patch(f"/resources/{house.hall['id']}", {"keepers": [word]})
    assert refused.status_code == 422, refused.text
    assert any(name.startswith("keepers") for name in refused.json["errors"])


def test_a_viewer_keeps_nothing(house: House, viewer: Caller) -> None:
    refused = house.office.patch(f"/resources/{house.hall['id']}", {"keepers": [f"user:{viewer.user_id}"]})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["keepers"])


def test_addresses_of_nobody_need_the_protocol_office(house: House) -> None:
    path = f"/resources/{house.hall['id']}"
    added = {"keepers": [*house.hall["keepers"], "email:driver@example.net"]}
    refused = house.keeper.patch(path, added)
    assert (refused.status_code, refused.json["code"]) == (403, "address_not_allowed")
    assert list(refused.json["errors"]) == ["keepers"]
    own = house.booker.post("/resources", HALL | {"keepers": ["email:driver@example.net"]})
    assert (own.status_code, own.json["code"]) == (403, "address_not_allowed")
    assert house.office.patch(path, added).status_code == 200
    kept = house.keeper.patch(path, {"keepers": added["keepers"][::-1]})
    assert kept.status_code == 200, "an address that is there may stay"


def test_nobody_comes_to_keep_a_hall_by_making_it_their_own(house: House, database: Database) -> None:
    with database.transaction(write=False) as session:
        body = session.get_one(User, house.booker.user_id).organisation_id
    path = f"/resources/{house.hall['id']}"
    for values in (
        {"organisation_id": body},
        {"organisation_id": body, "keepers": [f"user:{house.booker.user_id}"]},
        {"organisation_id": body, "needs_approval": False},
    ):
        refused = house.booker.patch(path, values)
        assert (refused.status_code, refused.json["code"]) == (403, "not_in_charge"), values
        assert sorted(refused.json["errors"]) == sorted(values)
    assert house.booker.patch(path, {"organisation_id": None, "seats": 61}).status_code == 200, "as it is"
    assert house.office.patch(path, {"organisation_id": body}).status_code == 200
    assert house.booker.patch(path, {"needs_approval": False}).status_code == 200, "now it is theirs"


def test_whoever_is_entered_as_a_person_is_no_keeper_by_that(house: House) -> None:
    """Officers enter people with any address; mails to keepers name who books and their notes."""
    house.booker.made("/people", {"name": "Outsider", "email": "outside@example.net"})
    own = house.booker.post("/resources", HALL | {"keepers": ["email:outside@example.net"]})
    assert (own.status_code, own.json["code"], list(own.json["errors"])) == (403, "address_not_allowed", ["keepers"])
    assert house.booker.post("/resources", HALL | {"keepers": ["email:lan@example.org"]}).status_code == 201
    path = f"/resources/{house.hall['id']}"
    assert house.office.patch(path, {"keepers": ["email:outside@example.net"]}).status_code == 200


def test_the_address_of_an_account_means_the_account(house: House, database: Database) -> None:
    path = f"/resources/{house.hall['id']}"
    assert house.office.patch(path, {"keepers": ["email:LAN@example.org"]}).status_code == 200
    booking = house.asked()
    assert answer(house.keeper, booking, "approve").status_code == 200
    with database.transaction() as session:
        session.get_one(User, house.keeper.user_id).role = Role.VIEWER
    booking = house.book(house.event(), "2027-03-11", "2027-03-11").json
    assert answer(house.keeper, booking, "approve").status_code == 403, "who became a viewer keeps nothing"


def test_without_the_guard_whoever_asked_would_approve(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    event = house.office.made("/training-batches", BATCH)
    mine = house.office.made(
        "/bookings",
        {"resource_id": house.hall["id"], "event_id": event["id"], "from": "2027-03-12", "to": "2027-03-12"},
    )
    monkeypatch.setattr(answers, "is_keeper", lambda *_of: True)
    assert answer(house.office, mine, "approve").status_code == 200


def test_nothing_of_a_refused_change_is_left(house: House, database: Database) -> None:
    first, second = house.asked(), house.book(house.event(), "2027-03-12", "2027-03-12").json
    clash = house.booker.patch(f"/bookings/{second['id']}", {"from": "2027-03-10", "to": "2027-03-10"})
    assert clash.status_code == 409
    with database.transaction(write=False) as session:
        rows = {row.id: row for row in session.exec(select(Booking))}
    assert (rows[second["id"]].first_day.day, rows[second["id"]].state) == (12, "asked")
    assert rows[first["id"]].state == "asked"
