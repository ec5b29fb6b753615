"""Beginning and completing an event: not before its day, and taken back by an approver, with reminders as they were."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from models.database import Database
from models.events import Event
from models.vocabulary import EventStatus, Language, Role
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

VISIT = BATCH | {"arrives_on": "2027-03-09", "departs_on": "2027-03-22"}
"""From 10 to 21 March 2027; the guests come the day before."""
RULES = {
    "week": {"anchor": "arrival", "offset": "-P7D", "at": "08:00"},
    "after": {"anchor": "end", "offset": "P5D", "at": "08:00"},
}

AUDIENCE = ["email:office@example.org"]


@pytest.fixture
def visit(officer: Caller, approver: Caller) -> str:
    """A confirmed visit's path."""
    path = f"/events/{officer.made('/training-batches', VISIT)['id']}"
    for who, to in ((officer, "planned"), (approver, "confirmed")):
        assert step(who, path, to).status_code == 200
    return path


def step(caller: Caller, path: str, to: str, reason: str | None = None) -> Any:
    return caller.post(f"{path}/transitions", {"to": to} | ({"reason": reason} if reason else {}))


def reminders(caller: Caller, path: str) -> dict[str, str]:
    """Rule → state of the visit's reminders."""
    found = caller.get(f"{path}/reminders").json
    return {one["rule_id"]: one["state"] for one in found}


@pytest.mark.parametrize(
    ("moment", "to", "day"),
    [
        # Midnight of Viet Nam is 17:00 UTC of the day before.
        ("2027-03-08T16:59:59", "ongoing", "2027-03-09"),
        ("2027-03-08T17:00:00", "ongoing", None),
        ("2027-03-20T16:59:59", "completed", "2027-03-21"),
        ("2027-03-20T17:00:00", "completed", None),
    ],
)
def test_a_visit_begins_and_ends_no_sooner_than_its_days(
    officer: Caller, visit: str, clock: Clock, moment: str, to: str, day: str | None
) -> None:
    if to == "completed":
        clock.now = datetime(2027, 3, 10, 5, tzinfo=UTC)
        assert step(officer, visit, "ongoing").status_code == 200
    clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    answer = step(officer, visit, to)
    if day is None:
        assert (answer.status_code, answer.json["status"]) == (200, to)
        return
    assert (answer.status_code, answer.json["code"], answer.json["day"]) == (409, "too_early", day)
    assert officer.get(visit).json["status"] != to


def test_who_takes_back_and_why(officer: Caller, approver: Caller, visit: str, clock: Clock) -> None:
    confirmed = officer.get(visit).json["confirmed"]
    clock.now = datetime(2027, 3, 21, 5, tzinfo=UTC)
    for to in ("ongoing", "completed"):
        assert step(officer, visit, to).status_code == 200
    for to in ("ongoing", "confirmed"):
        refused = step(officer, visit, to, "A slip")
        assert (refused.status_code, refused.json["code"]) == (403, "approver_required")
        assert set(step(approver, visit, to).json["errors"]) == {"reason"}
        back = step(approver, visit, to, "A slip")
        assert (back.status_code, back.json["status"]) == (200, to)
    # It is what was confirmed before: by whom, when and with which values.
    assert officer.get(visit).json["confirmed"] == confirmed
    assert officer.get(visit).json["differs"] == {}
    history = officer.get(f"{visit}/history").json
    assert [one["reason"] for one in history if one["action"] == "transition"][-2:] == ["A slip", "A slip"]


def test_steps_back_do_not_confirm_what_changed(officer: Caller, approver: Caller, visit: str, clock: Clock) -> None:
    clock.now = datetime(2027, 3, 10, 5, tzinfo=UTC)
    step(officer, visit, "ongoing")
    assert officer.patch(visit.replace("events", "training-batches"), {"headcount": 9}).status_code == 200
    assert step(approver, visit, "confirmed", "They are not here").status_code == 200
    assert officer.get(visit).json["differs"].keys() == {"headcount"}
    assert officer.get(visit).json["changed_since_confirmed"] is True


@pytest.mark.both_databases("reminders skipped and taken up again by statements")
def test_reminders_come_back_with_the_step_back(
    admin: Caller, officer: Caller, approver: Caller, visit: str, clock: Clock, database: Database
) -> None:
    rules = {
        name: admin.made("/reminder-rules", rule | {"name": {"en": name}, "audience": AUDIENCE})["id"]
        for name, rule in RULES.items()
    }
    before = reminders(officer, visit)
    assert {before[rules[name]] for name in RULES} == {"pending"}
    # As an office of an earlier version has it: completed five months before.
    early = datetime(2027, 3, 21, 5, tzinfo=UTC)
    now, clock.now = clock.now, early
    for to in ("ongoing", "completed"):
        assert step(officer, visit, to).status_code == 200
    clock.now = now
    assert {reminders(officer, visit)[rules[name]] for name in RULES} == {"skipped"}
    assert step(approver, visit, "ongoing", "Five months early").status_code == 200
    assert reminders(officer, visit) == before
    assert step(approver, visit, "confirmed", "Five months early").status_code == 200
    assert reminders(officer, visit) == before


def test_what_left_or_was_due_meanwhile_does_not_come_again(
    admin: Caller, officer: Caller, approver: Caller, visit: str, clock: Clock
) -> None:
    rules = {
        name: admin.made("/reminder-rules", rule | {"name": {"en": name}, "audience": AUDIENCE})["id"]
        for name, rule in RULES.items()
    }
    clock.now = datetime(2027, 3, 21, 5, tzinfo=UTC)
    for to in ("ongoing", "completed"):
        step(officer, visit, to)
    assert step(approver, visit, "ongoing", "One more day").status_code == 200
    found = reminders(officer, visit)
    assert found[rules["after"]] == "pending"
    assert found[rules["week"]] == "skipped"


def test_the_page_offers_what_can_be_done_today(
    signed_in: Callable[..., Browser], visit: str, clock: Clock, database: Database
) -> None:
    page = signed_in(Role.OFFICER, locale=Language.EN).get(visit).text
    assert "“Start the visit”: from " in page
    assert ">Start the visit</button>" not in page
    clock.now = datetime(2027, 3, 9, 5, tzinfo=UTC)
    officer, approver = (signed_in(role, locale=Language.EN) for role in (Role.OFFICER, Role.APPROVER))
    assert ">Start the visit</button>" in officer.get(visit).text
    with database.transaction() as session:
        session.get_one(Event, visit.rpartition("/")[2]).status = EventStatus.COMPLETED
    back = "It is not over: back to ongoing"
    assert back in approver.get(visit).text
    assert back not in officer.get(visit).text
