"""Sharing a visit with the office of the other side: who may, what is refused, what it gives and takes."""

from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.events import Event
from models.resources import Resource
from models.vocabulary import Asked, ResourceType, Role
from tests import factories
from tests.service.both_sides.conftest import OTHER, TwoOffices
from tests.service.conftest import Caller


@pytest.mark.both_databases("who an event is shared with is a condition of every list")
def test_shared_it_is_read_and_taken_back_it_is_not(two: TwoOffices) -> None:
    assert two.other.get(two.path).status_code == 404
    shared = two.share(asks=[{"what": "members", "until": "2027-02-01"}], note="Xin danh sách đoàn.")
    assert (shared["with"], shared["note"]) == (OTHER, "Xin danh sách đoàn.")
    assert two.other.get(two.path).status_code == 200
    assert [one["id"] for one in two.other.get("/events").json] == [two.event_id]
    assert two.department.get(two.path).status_code == 404, "a department that takes no part"
    seen = two.other.get(f"{two.path}/share").json
    assert seen == shared | {"shared_by": None}
    two.unshare()
    assert two.other.get(two.path).status_code == 404
    assert two.other.get("/events").json == []
    for who in (two.owner, two.other):
        assert who.get(f"{two.path}/share").status_code == 404


@pytest.mark.both_databases("who reads it by a share alone, in a condition")
def test_bookings_are_not_shared(two: TwoOffices, database: Database) -> None:
    with database.transaction() as session:
        room = Resource(name={"vi": "Hội trường"}, type=ResourceType.ROOM, locality="hai-duong", capacity=1)
        session.add(room)
        session.flush()
        resource = room.id
    days = {"from": "2027-03-10", "to": "2027-03-11"}
    made = two.owner.made("/bookings", {"event_id": two.event_id, "resource_id": resource} | days)["id"]
    two.share()
    for path in (f"{two.path}/bookings", f"/bookings?event_id={two.event_id}", "/bookings"):
        assert [one["id"] for one in two.owner.get(path).json] == [made]
        assert two.other.get(path).json == []
    assert two.owner.get(f"/bookings/{made}").status_code == 200
    assert two.other.get(f"/bookings/{made}").status_code == 404


def test_only_who_is_in_charge_shares(two: TwoOffices, caller: Callable[..., Caller]) -> None:
    body = {"acknowledged": True}
    path = f"{two.path}/share"
    assert caller(Role.OFFICER, organisation_id=two.other_body_id).call("PUT", path, body).status_code == 404
    two.share()
    for method, sent in (("PUT", body), ("DELETE", None)):
        answer = two.other.call(method, path, sent)
        assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")
    viewer = caller(Role.VIEWER, organisation_id=two.body_id)
    assert viewer.call("PUT", path, body).status_code == 403
    assert viewer.get(path).status_code == 200


@pytest.mark.parametrize(
    ("event", "body", "expected"),
    [
        ({"guest": None}, {}, (409, "no_other_side")),
        ({"guest": "laos"}, {}, (409, "no_other_office")),
        ({"status": "cancelled"}, {}, (409, "event_cancelled")),
        ({}, {"with": "hai-duong"}, (422, "invalid")),
        ({}, {"with": "laos"}, (422, "invalid")),
        (
            {},
            {"asks": [{"what": "photos", "until": "2027-02-01"}], "acknowledged": False},
            (409, "law_not_acknowledged"),
        ),
        ({}, {"asks": [{"what": "days", "until": "2027-02-01"}] * 2}, (422, "invalid")),
        ({}, {"asks": [{"what": "days", "until": "2027-02-01"}], "acknowledged": False}, (200, None)),
    ],
)
def test_what_is_refused_says_why(
    two: TwoOffices, database: Database, event: dict[str, Any], body: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    with database.transaction() as session:
        row = session.get_one(Event, two.event_id)
        for name, value in event.items():
            setattr(row, name, value)
    answer = two.owner.call("PUT", f"{two.path}/share", {"acknowledged": True} | body)
    assert (answer.status_code, answer.json.get("code")) == expected, answer.text


def test_with_people_on_the_list_the_law_is_acknowledged_once(two: TwoOffices, database: Database) -> None:
    with database.transaction() as session:
        factories.make_member(session, session.get_one(Event, two.event_id))
    path = f"{two.path}/share"
    refused = two.owner.call("PUT", path, {})
    assert refused.json["code"] == "law_not_acknowledged"
    assert "91/2025/QH15" in refused.json["detail"]
    assert two.other.get(two.path).status_code == 404, "nothing was shared"
    assert two.share()["acknowledged"]
    assert two.owner.call("PUT", path, {"note": "x"}).status_code == 200, "known already"
    assert two.owner.call("DELETE", path).status_code == 204
    assert two.owner.call("PUT", path, {}).status_code == 409, "shared anew, acknowledged anew"


def test_what_was_read_guards_what_is_written(two: TwoOffices) -> None:
    two.share()
    path = f"{two.path}/share"
    etag = two.owner.etag(path)
    two.share(note="another")
    for method, body in (("PUT", {"note": "mine"}), ("DELETE", None)):
        assert two.owner.call(method, path, body, If_Match=etag).status_code == 412
    assert two.owner.call("PUT", path, {"note": "mine"}, If_Match=two.owner.etag(path)).status_code == 200


def test_every_thing_can_be_asked(two: TwoOffices) -> None:
    asks = [{"what": one.value, "until": "2027-02-01"} for one in Asked]
    assert {one["what"] for one in two.share(asks=asks)["asks"]} == set(Asked)
