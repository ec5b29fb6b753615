"""POST /agreements/{id}/plan: drafts for what is owed, on both databases; and the agreement's parties over time."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import func, select

from models.accounts import Audit
from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, EventStatus
from service.actions.agreements import planning
from tests import factories
from tests.service.agreements.test_progress_api import BATCHES, HD, HP, VC, agreement, batches, hold, merged
from tests.service.conftest import Caller

__all__ = ["agreement", "batches", "hold", "merged"]

CLASHES = {"public_holiday", "host_overlap", "short_notice", "headcount_out_of_range", "duration_out_of_range"}


def plan(caller: Caller, agreement: dict[str, Any], **wish: Any) -> Any:
    answer = caller.post(f"/agreements/{agreement['id']}/plan", wish)
    assert answer.status_code == 200, answer.text
    return answer.json


def count(database: Database, model: type[Any]) -> int:
    with database.transaction(write=False) as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_drafts_for_every_year_still_owed(officer: Caller, agreement: dict[str, Any], batches: dict[str, Any]) -> None:
    found = plan(officer, agreement)
    assert (found["dry_run"], found["unplaced"]) == (False, [])
    assert [one["first_day"][:4] for one in found["created"]] == ["2026", "2027", "2028"]
    for one in found["created"]:
        assert (one["kind"], one["status"], one["host"], one["guest"]) == ("training_batch", "draft", HD, VC)
        assert (one["commitment_id"], one["funded_by"], one["headcount"]) == (batches["id"], HD, 13)
        days = (date.fromisoformat(one["last_day"]) - date.fromisoformat(one["first_day"])).days + 1
        assert 10 <= days <= 15
        assert not CLASHES & {warning["code"] for warning in one["conflicts"]}
        assert len(one["reasons"]) > 3
        assert one["title"]["lo"].startswith(BATCHES["title"]["lo"])
        read = officer.get(f"/events/{one['id']}").json
        alone = {"conflicts", "confirmed", "differs", "confirmation_asked"}  # what only one event is asked for
        assert {name: value for name, value in one.items() if name not in {"reasons", "conflicts"}} == {
            name: value for name, value in read.items() if name not in alone
        }


def test_planned_drafts_put_the_agreement_on_track(
    officer: Caller, agreement: dict[str, Any], hold: Callable[..., str]
) -> None:
    hold("2024-10-07")
    hold("2025-10-06")
    plan(officer, agreement)
    found = officer.get(f"/agreements/{agreement['id']}/progress").json["commitments"][0]
    states = [year["state"] for year in found["years"]]
    # What begins in the next thirty days is but a draft until somebody agrees on it.
    assert states[:2] == ["fulfilled", "fulfilled"]
    assert states[3:] == ["on_track", "on_track"]
    assert [year["planned"] for year in found["years"]] == [0, 0, 1, 1, 1]


def test_planning_twice_adds_nothing(
    officer: Caller, database: Database, agreement: dict[str, Any], batches: Any
) -> None:
    assert len(plan(officer, agreement)["created"]) == 3
    events, trail = count(database, Event), count(database, Audit)
    assert plan(officer, agreement) == {"created": [], "unplaced": [], "dry_run": False}
    assert (count(database, Event), count(database, Audit)) == (events, trail)


def test_a_dry_run_shows_the_same_and_writes_nothing(
    officer: Caller, database: Database, agreement: dict[str, Any], batches: Any
) -> None:
    events, trail = count(database, Event), count(database, Audit)
    dry = plan(officer, agreement, dry_run=True)
    assert (count(database, Event), count(database, Audit)) == (events, trail)
    assert (dry["dry_run"], {one["id"] for one in dry["created"]}, {one["uid"] for one in dry["created"]}) == (
        True,
        {None},
        {None},
    )
    real = plan(officer, agreement)
    told = ("title", "first_day", "last_day", "headcount", "reasons", "conflicts", "subject")
    assert [[one[name] for name in told] for one in dry["created"]] == [
        [one[name] for name in told] for one in real["created"]
    ]


def test_the_reason_stands_in_the_history(officer: Caller, agreement: dict[str, Any], batches: Any) -> None:
    made = plan(officer, agreement)["created"][0]
    (entry,) = officer.get(f"/events/{made['id']}/history").json
    assert entry["action"] == "create"
    assert entry["reason"] == " ".join(made["reasons"])


def test_a_kept_key_answers_the_same_plan(
    officer: Caller, database: Database, agreement: dict[str, Any], batches: Any
) -> None:
    path = f"/agreements/{agreement['id']}/plan"
    first = officer.post(path, {}, Idempotency_Key="plan-1")
    again = officer.post(path, {}, Idempotency_Key="plan-1")
    assert len(first.json["created"]) == 3
    assert (again.status_code, again.data) == (200, first.data)
    assert count(database, Event) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [({"dry_run": "yes"}, "dry_run"), ({"dry_run": None}, "dry_run"), ({"until": "2027"}, "until")],
)
def test_bad_wishes_are_told_where(officer: Caller, agreement: dict[str, Any], body: Any, field: str) -> None:
    answer = officer.post(f"/agreements/{agreement['id']}/plan", body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_who_may_plan(viewer: Caller, officer: Caller, agreement: dict[str, Any]) -> None:
    assert viewer.post(f"/agreements/{agreement['id']}/plan", {}).status_code == 403
    assert officer.post("/agreements/nothing/plan", {}).status_code == 404
    assert officer.post(f"/agreements/{agreement['id']}/plan").status_code == 200  # no body: no wishes


def test_two_plans_at_once_plan_once(
    officer: Caller, database: Database, agreement: dict[str, Any], batches: Any
) -> None:
    answers: list[Any] = []
    path = f"/agreements/{agreement['id']}/plan"
    threads = [threading.Thread(target=lambda: answers.append(officer.post(path, {}))) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(len(answer.json["created"]) for answer in answers) == [0, 0, 0, 3]
    assert count(database, Event) == 3


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_lock_two_plans_at_once_plan_twice(
    monkeypatch: pytest.MonkeyPatch, officer: Caller, database: Database, agreement: dict[str, Any], batches: Any
) -> None:
    """The negative control of the test above; SQLite's writers stand in line with or without it."""
    meeting = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(planning, "_lock_agreement", lambda _session, _agreement: meeting.wait())
    threads = [threading.Thread(target=plan, args=(officer, agreement)) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database, Event) == 6


def test_what_cannot_be_planned_stops_nothing_else(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any]
) -> None:
    ceremony = officer.made(
        f"/agreements/{agreement['id']}/commitments",
        {
            "article": "12",
            "field": "Kỷ niệm",
            "title": {"vi": "Lễ kỷ niệm"},
            "activity": "anniversary",
            "frequency": {"type": "in_period", "count": 1},
        },
    )
    found = plan(officer, agreement)
    assert [one["commitment_id"] for one in found["created"]] == [batches["id"]] * 3
    assert [one["commitment_id"] for one in found["unplaced"]] == [ceremony["id"]]


def test_a_full_house_is_told_with_what_stood_in_the_way(
    officer: Caller,
    caller: Callable[..., Caller],
    database: Database,
    agreement: dict[str, Any],
    batches: dict[str, Any],
) -> None:
    with database.transaction() as session:
        for number in range(13):
            first = date(2026, 11, 1) + timedelta(days=31 * number)
            factories.make_event(session, first_day=first, last_day=first + timedelta(days=30))
    found = plan(officer, agreement)
    # The visits fill November 2026 to 8 December 2027: the year 2026 has no room left, 2027 has its last three weeks.
    assert [one["first_day"][:7] for one in found["created"]] == ["2027-12", "2028-07"]
    (left,) = found["unplaced"]
    assert left["commitment_id"] == batches["id"]
    (told,) = plan(caller("officer", locale="en"), agreement, dry_run=True)["unplaced"]
    assert told["reason"].startswith("Still owed in 2026: 1 of 1. No free days between 06/12/2026 and 31/12/2026.")
    assert "during another visit: " in told["reason"]


def test_either_side_hosts_in_turn(officer: Caller, agreement: dict[str, Any]) -> None:
    wish = BATCHES | {"host": None, "guest": None, "funded_by": None, "frequency": {"type": "in_period", "count": 1}}
    commitment = officer.made(f"/agreements/{agreement['id']}/commitments", wish)
    (first,) = plan(officer, agreement)["created"]
    assert (first["host"], first["guest"]) == (HD, VC)
    assert (
        officer.patch(f"/commitments/{commitment['id']}", {"frequency": {"type": "in_period", "count": 2}}).status_code
        == 200
    )
    (second,) = plan(officer, agreement)["created"]
    assert (second["host"], second["guest"]) == (VC, HD)


def test_a_side_without_room_gives_way_and_a_second_plan_adds_nothing(officer: Caller) -> None:
    december = {
        "title": {"vi": "Thỏa thuận tháng 12"},
        "parties": [HD, VC],
        "starts_on": "2026-12-01",
        "ends_on": "2026-12-31",
    }
    agreement = officer.made("/agreements", december)
    wish = BATCHES | {
        "host": None,
        "guest": None,
        "funded_by": None,
        "duration_min": 9,
        "duration_max": 9,
        "frequency": {"type": "in_period", "count": 2},
    }
    officer.made(f"/agreements/{agreement['id']}/commitments", wish)
    found = plan(officer, agreement)
    assert [(one["host"], one["guest"]) for one in found["created"]] == [(HD, VC), (VC, HD)]
    assert found["unplaced"] == []
    assert plan(officer, agreement) == {"created": [], "unplaced": [], "dry_run": False}


def test_no_draft_ends_after_the_agreement(officer: Caller, agreement: dict[str, Any]) -> None:
    wish = BATCHES | {
        "title": {"vi": "Học tiếng Việt một năm"},
        "headcount_min": None,
        "headcount_max": None,
        "headcount_total": 15,
        "duration_min": 1,
        "duration_max": 1,
        "duration_unit": "years",
    }
    officer.made(f"/agreements/{agreement['id']}/commitments", wish)
    found = plan(officer, agreement)
    assert [one["first_day"][:4] for one in found["created"]] == ["2026", "2027"]
    assert {warning["code"] for one in found["created"] for warning in one["conflicts"]}.isdisjoint(
        {"outside_agreement"}
    )
    assert len(found["unplaced"]) == 1
    assert plan(officer, agreement)["created"] == []


@pytest.mark.usefixtures("merged")
def test_drafts_are_between_the_agreements_own_parties(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any], hold: Callable[..., str]
) -> None:
    """Hải Phòng carries the agreement on; the agreement keeps its parties, and Hải Phòng's visits are in the way."""
    busy = {"commitment_id": None, "kind": EventKind.DELEGATION, "status": EventStatus.PLANNED, "guest": "laos"}
    hold("2026-12-06", 26, host=HP, **busy)
    found = plan(officer, agreement)
    assert {(one["host"], one["guest"]) for one in found["created"]} == {(HD, VC)}
    assert [one["first_day"][:4] for one in found["created"]] == ["2027", "2028"]
    assert len(found["unplaced"]) == 1


def test_stages_follow_each_other(officer: Caller, agreement: dict[str, Any]) -> None:
    wish = {
        "article": "7",
        "field": "Văn hóa",
        "title": {"vi": "Học tiếng Việt rồi học nghề"},
        "activity": "training_batch",
        "host": HD,
        "guest": VC,
        "headcount_total": 2,
        "duration_min": 18,
        "duration_max": 18,
        "duration_unit": "months",
        "frequency": {"type": "in_period", "count": 1},
        "phases": [
            {"title": {"vi": "Tiếng Việt"}, "duration": 1, "unit": "years"},
            {"title": {"vi": "Nghề"}, "duration": 6, "unit": "months"},
        ],
    }
    officer.made(f"/agreements/{agreement['id']}/commitments", wish)
    (made,) = plan(officer, agreement)["created"]
    first, second = made["phases"]
    assert first["first_day"] == made["first_day"]
    assert date.fromisoformat(second["first_day"]) == date.fromisoformat(first["last_day"]) + timedelta(days=1)
    assert second["last_day"] == made["last_day"]
    assert made["headcount"] == 2
    assert made["last_day"] <= "2028-12-31"


@pytest.mark.usefixtures("merged", "batches")
@pytest.mark.both_databases("localities that followed one another")
def test_filters_by_the_old_and_the_new_name_find_both(
    officer: Caller, agreement: dict[str, Any], hold: Callable[..., str]
) -> None:
    before, after = hold("2024-10-07"), hold("2026-03-02", host=HP)
    organisation = officer.made("/organisations", {"name": {"vi": "Sở Ngoại vụ"}, "locality": HD})
    for code in (HD, HP):
        assert [one["id"] for one in officer.get(f"/agreements?party={code}").json] == [agreement["id"]]
        assert [one["id"] for one in officer.get(f"/events?locality={code}").json] == [before, after]
        assert [one["id"] for one in officer.get(f"/events?host={code}").json] == [before, after]
        assert [one["id"] for one in officer.get(f"/organisations?locality={code}").json] == [organisation["id"]]
    assert officer.get(f"/agreements/{agreement['id']}").json["parties"] == [HD, VC]


@pytest.mark.usefixtures("merged", "batches")
def test_an_event_shows_the_name_of_its_day(officer: Caller, hold: Callable[..., str]) -> None:
    before, last_day, after = hold("2025-06-19"), hold("2025-06-30", 1), hold("2025-07-01", 1)
    called = {one["id"]: (one["host"], one["host_name"]["vi"]) for one in officer.get("/events").json}
    assert called == {before: (HD, "Hải Dương"), last_day: (HD, "Hải Dương"), after: (HD, "Hải Phòng")}
    assert officer.get(f"/events/{after}").json["guest_name"]["lo"] == "ແຂວງວຽງຈັນ"
