"""Clients name their requests: whoever takes another's id, or one's own twice, gains nothing by it in undoing."""

import pytest

from service.actions.undo import requests
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.undo.test_undo_api import batch, step, undo, visit

__all__ = ["visit"]

pytestmark = pytest.mark.both_databases("reads the trail by account and request")


def named(caller: Caller, request_id: str) -> Caller:
    """The same account, whose further requests have this id."""
    caller.headers["X-Request-Id"] = request_id
    return caller


def test_who_takes_anothers_id_takes_nobodys_undoing(officer: Caller, approver: Caller, visit: str) -> None:
    answer = officer.patch(batch(visit), {"headcount": 3})
    taken = answer.headers["X-Request-Id"]
    own = approver.made("/training-batches", BATCH)["id"]
    named(approver, taken)
    assert approver.patch(f"/training-batches/{own}", {"headcount": 4}).status_code == 200
    del approver.headers["X-Request-Id"]
    assert approver.post(f"/changes/{taken}/undo").status_code == 200
    assert approver.get(f"/events/{own}").json["headcount"] == BATCH["headcount"]
    assert officer.get(visit).json["headcount"] == 3
    assert undo(officer, answer).status_code == 200
    assert officer.get(visit).json["headcount"] == BATCH["headcount"]


def test_what_others_did_under_an_id_is_not_too_much(
    officer: Caller, approver: Caller, visit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_ROWS", 2)
    answer = officer.patch(batch(visit), {"headcount": 3})
    own = approver.made("/training-batches", BATCH)["id"]
    named(approver, answer.headers["X-Request-Id"])
    for number in range(3):
        assert approver.patch(f"/training-batches/{own}", {"headcount": number}).status_code == 200
    assert undo(officer, answer).status_code == 200


def test_a_confirmation_does_not_hide_under_the_id_of_an_undoing(
    officer: Caller, approver: Caller, clock: Clock
) -> None:
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    assert step(officer, path, "planned").status_code == 200
    answer = approver.patch(batch(path), {"headcount": 3})
    named(approver, "twice")
    assert undo(approver, answer).status_code == 200
    clock.move(seconds=1)
    assert step(approver, path, "confirmed").status_code == 200
    del approver.headers["X-Request-Id"]
    refused = approver.post("/changes/twice/undo")
    assert (refused.status_code, refused.json["code"]) == (409, "not_undoable")
    assert approver.get(path).json["status"] == "confirmed"


def test_several_requests_under_one_id_are_not_undone(officer: Caller, visit: str, clock: Clock) -> None:
    named(officer, "twice")
    for number in (3, 4):
        answer = officer.patch(batch(visit), {"headcount": number})
        clock.move(seconds=1)
    del officer.headers["X-Request-Id"]
    assert undo(officer, answer).json["code"] == "not_undoable"
    assert officer.get(visit).json["headcount"] == 4


def test_undoing_has_an_id_of_its_own(officer: Caller, visit: str) -> None:
    answer = named(officer, "mine").patch(batch(visit), {"headcount": 3})
    assert undo(officer, answer).json["code"] == "not_undoable"
    del officer.headers["X-Request-Id"]
    assert undo(officer, answer).status_code == 200
