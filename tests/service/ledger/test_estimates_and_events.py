"""What estimates do to their events: confirmation, calendars, deleting, cancelling, histories."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from models.database import Database
from models.vocabulary import EventStatus, Role, Visibility
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.ledger.visits import CARS, PLAN, WORKED_EXAMPLE, Desk, dong, entered, make_desk

pytestmark = pytest.mark.both_databases("a budget that is written beside the event's own version")


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


def test_a_confirmed_event_whose_estimate_changes_is_no_longer_what_was_confirmed(desk: Desk) -> None:
    event = f"/events/{desk.event_id}"
    first = desk.write(PLAN)
    assert desk.approver.post(f"{event}/transitions", {"to": "confirmed"}).status_code == 200
    assert desk.officer.get(event).json["changed_since_confirmed"] is False
    desk.write({**PLAN, "lines": [CARS]})
    changed = desk.officer.get(event).json
    assert changed["changed_since_confirmed"] is True
    assert changed["differs"]["budget"]["confirmed"] == dong(WORKED_EXAMPLE)
    assert changed["differs"]["budget"]["now"] == dong(WORKED_EXAMPLE + 12_000_000)
    desk.write({**first, "lines": []})
    assert desk.officer.get(event).json["changed_since_confirmed"] is False


def test_calendars_show_the_same_bytes_whatever_an_estimate_does(desk: Desk, client: FlaskClient, clock: Clock) -> None:
    desk.over()
    path = urlsplit(desk.officer.made("/feeds", {"name": "Lịch", "programme": True})["url"]).path
    before = client.get(path).data
    assert b"BEGIN:VEVENT" in before
    updated = desk.officer.get(f"/events/{desk.event_id}").json["updated_at"]
    for do in (
        lambda: desk.write({**PLAN, "lines": [CARS]}),
        lambda: desk.done("submit"),
        lambda: desk.done("approve"),
        lambda: desk.pay(entered(desk.read())[0], 1),
        lambda: desk.done("settle"),
        lambda: desk.done("reverse", reason="sai"),
    ):
        clock.move(seconds=5)
        do()
        assert client.get(path).data == before
    assert desk.officer.get(f"/events/{desk.event_id}").json["updated_at"] == updated


@pytest.mark.parametrize("is_approved", [False, True])
def test_an_event_whose_money_was_approved_is_cancelled_and_never_deleted(desk: Desk, is_approved: bool) -> None:
    path = f"/delegations/{desk.event_id}"
    desk.write(PLAN)
    if is_approved:
        desk.done("submit")
        desk.done("approve")
    before = desk.read()
    reason = {"to": "cancelled", "reason": "Đoàn hoãn vô thời hạn"}
    assert desk.officer.post(f"/events/{desk.event_id}/transitions", reason).status_code == 200
    assert desk.read() == before
    deleted = desk.officer.delete(path)
    if is_approved:
        assert (deleted.status_code, deleted.json["code"]) == (409, "has_money")
        assert desk.read() == before
    else:
        assert deleted.status_code == 204
        assert desk.officer.get(desk.path).status_code == 404


def test_other_departments_read_a_public_events_history_and_no_money_in_it(
    desk: Desk, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        mine, other = (factories.make_organisation(session).id for _number in range(2))
        event_id = factories.make_event(
            session, first_day=date(2027, 3, 10), organisation_id=mine, visibility=Visibility.PUBLIC, budget_amount=7,
            budget_currency="VND",
        ).id  # fmt: skip
    owner, outsider = caller(Role.OFFICER, organisation_id=mine), caller(Role.OFFICER, organisation_id=other)
    public = Desk(event_id, owner, desk.approver, desk.database)
    assert public.budget(outsider) == dong(7)  # as entered, while there is no estimate
    public.approved({"lines": [CARS]})
    assert outsider.get(public.path).status_code == 404
    assert public.budget() == dong(12_000_000)
    assert public.budget(outsider) is None
    for path in ("/events", "/delegations"):
        (listed,) = [one for one in outsider.get(path).json if one["id"] == event_id]
        assert listed["budget"] is None
    assert b"12000000" not in outsider.get("/delegations?format=csv").data
    assert b"12000000" in owner.get("/delegations?format=csv").data
    entities = {one["entity"] for one in owner.get(f"/events/{event_id}/history").json}
    assert "estimate" in entities
    told = outsider.get(f"/events/{event_id}/history")
    assert "estimate" not in {one["entity"] for one in told.json}
    assert b"12000000" not in told.data


def test_a_completed_visits_estimate_is_still_settled(desk: Desk, database: Database) -> None:
    with database.transaction() as session:
        days: dict[str, Any] = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 2)}
        event_id = factories.make_event(session, status=EventStatus.COMPLETED, **days).id
    past = Desk(event_id, desk.officer, desk.approver, desk.database)
    (cars,) = entered(past.approved({"lines": [CARS]}))
    assert past.pay(cars, 12_000_000).status_code == 201
    assert past.done("settle")["state"] == "settled"


MOVES = {
    "host": "vientiane-province",
    "guest": "hai-duong",
    "funded_by": "hai-duong",
    "first_day": "2026-09-01",
}


@pytest.mark.parametrize("field", MOVES)
def test_settled_money_stays_on_its_side_and_day_until_it_is_reversed(
    desk: Desk, caller: Callable[..., Caller], database: Database, field: str
) -> None:
    with database.transaction() as session:
        days: dict[str, Any] = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 2)}
        event_id = factories.make_event(session, funded_by="vientiane-province", **days).id
        factories.make_locality(session, "vientiane-province")
    past = Desk(event_id, desk.officer, desk.approver, desk.database)
    past.approved({"lines": [CARS]})
    past.done("settle")
    path = f"/delegations/{event_id}"
    before = desk.officer.get(path).json
    change = {field: MOVES[field]}
    if field in {"host", "guest"}:
        change = {"host": "vientiane-province", "guest": "hai-duong"}
    refused = desk.officer.patch(path, change)
    assert (refused.status_code, refused.json["code"], refused.json["fields"]) == (409, "settled", sorted(change))
    assert desk.officer.get(path).json == before
    assert desk.officer.patch(path, {"headcount": 3, "funded_by": "vientiane-province"}).status_code == 200
    past.done("reverse", reason="Nhầm bên chi trả")
    assert desk.officer.patch(path, change).status_code == 200
