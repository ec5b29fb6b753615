"""What fulfils a commitment, over the API: types of activity, the composition of a batch, records, days taken."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import ActivityType, EventKind, EventStatus
from tests import factories
from tests.service.agreements.test_progress_api import BATCHES, HD, VC, YEARLY, agreement, of
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("JSON columns, hours and days that progress reads")

__all__ = ["agreement"]  # a fixture
TEAM = {"coach": 1, "athlete": 8}
SCHOOL: dict[str, Any] = {
    "article": "10",
    "field": {"vi": "Hạ tầng"},
    "title": {"vi": "Trường THPT Bản Kheun"},
    "activity": "activity",
    "activity_types": ["handover"],
    "host": VC,
    "frequency": {"type": "in_period", "count": 1},
}
SPORT: dict[str, Any] = BATCHES | {
    "article": "7", "headcount_min": 9, "headcount_max": 9, "duration_min": 2, "duration_max": 3,
    "duration_unit": "months", "composition": TEAM,
}  # fmt: skip

Make = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def make(officer: Caller, agreement: dict[str, Any]) -> Make:
    """Add a commitment to the agreement."""
    return lambda values: officer.made(f"/agreements/{agreement['id']}/commitments", values)


def held(database: Database, commitment: dict[str, Any], **values: Any) -> str:
    row = {"commitment_id": commitment["id"], "status": EventStatus.COMPLETED} | values
    with database.transaction() as session:
        return factories.make_event(session, **row).id


def test_a_survey_fulfils_no_school(viewer: Caller, database: Database, agreement: dict[str, Any], make: Make) -> None:
    school = make(SCHOOL)
    days = {
        "first_day": date(2026, 3, 2),
        "last_day": date(2026, 3, 3),
        "kind": EventKind.ACTIVITY,
        "host": VC,
        "guest": HD,
    }
    survey = held(database, school, activity_type=ActivityType.SURVEY, **days)
    shown = of(viewer, agreement)["commitments"][0]
    assert (shown["state"], shown["totals"]["held"]) == ("on_track", 0)
    assert [(one["event_id"], one["reasons"]) for one in shown["near"]] == [
        (survey, ["Loại hoạt động: Khảo sát thực địa; cam kết: Bàn giao."])
    ]
    held(database, school, activity_type=ActivityType.HANDOVER, **days)
    assert of(viewer, agreement)["commitments"][0]["state"] == "fulfilled"


def test_nine_athletes_without_a_coach_do_not_count(
    viewer: Caller, database: Database, agreement: dict[str, Any], make: Make
) -> None:
    sport = make(SPORT)
    assert sport["composition"] == TEAM
    days = {
        "first_day": date(2025, 6, 9),
        "last_day": date(2025, 8, 22),
        "kind": EventKind.TRAINING_BATCH,
        "headcount": 9,
    }
    alone = held(database, sport, composition={"athlete": 9}, **days)
    shown = of(viewer, agreement)["commitments"][0]
    assert shown["years"][1]["held"] == 0
    assert [(one["event_id"], one["reasons"]) for one in shown["near"]] == [
        (alone, ["Thành phần: vận động viên: 9; cam kết ít nhất: vận động viên: 8, huấn luyện viên: 1."])
    ]
    held(database, sport, composition=TEAM, **days)
    assert of(viewer, agreement)["commitments"][0]["years"][1]["state"] == "fulfilled"


WRONG: list[tuple[dict[str, Any], str]] = [
    (BATCHES | {"activity_types": ["handover"]}, "activity_types"),
    (SCHOOL | {"composition": TEAM}, "composition"),
    (SCHOOL | {"activity_types": ["dancing"]}, "activity_types.0"),
    (SCHOOL | {"activity_types": "handover"}, "activity_types"),
    (SPORT | {"composition": {"coach": 0}}, "composition.coach"),
    (SPORT | {"composition": {"": 1}}, "composition"),
    (SPORT | {"composition": [1]}, "composition"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_a_refusal_names_the_field(
    officer: Caller, agreement: dict[str, Any], values: dict[str, Any], field: str
) -> None:
    answer = officer.post(f"/agreements/{agreement['id']}/commitments", values)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_the_kind_cannot_be_changed_under_its_types(officer: Caller, make: Make) -> None:
    path = f"/commitments/{make(SCHOOL)['id']}"
    answer = officer.patch(path, {"activity": "delegation"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["activity_types"])
    changed = officer.patch(path, {"activity": "delegation", "activity_types": []})
    assert (changed.status_code, changed.json["activity_types"]) == (200, [])


def test_a_plan_makes_drafts_that_will_count(
    officer: Caller, agreement: dict[str, Any], make: Make, clock: Clock
) -> None:
    clock.now = datetime(2027, 11, 2, tzinfo=UTC)
    school, sport = make(SCHOOL), make(SPORT)
    made = officer.post(f"/agreements/{agreement['id']}/plan", {}).json["created"]
    assert {one["activity_type"] for one in made if one["commitment_id"] == school["id"]} == {"handover"}
    assert [one["composition"] for one in made if one["commitment_id"] == sport["id"]] == [TEAM, TEAM]


def test_records_since(officer: Caller, viewer: Caller, agreement: dict[str, Any], make: Make) -> None:
    make(BATCHES)
    assert agreement["records_since"] is None
    assert of(viewer, agreement)["states"]["missed"] == 1
    changed = officer.patch(f"/agreements/{agreement['id']}", {"records_since": "2026-01-01"})
    assert changed.json["records_since"] == "2026-01-01"
    shown = of(viewer, agreement)
    assert [year["state"] for year in shown["commitments"][0]["years"]] == [
        "no_records", "no_records", "at_risk", "on_track", "on_track",
    ]  # fmt: skip
    assert shown["states"] == {"missed": 0, "at_risk": 1, "on_track": 0, "fulfilled": 0, "no_records": 0, "open": 0}
    officer.patch(f"/agreements/{agreement['id']}", {"records_since": "2029-01-01"})
    assert of(viewer, agreement, as_of="2030-01-01")["states"]["no_records"] == 1
    assert viewer.get("/progress?as_of=2030-01-01").json["states"]["no_records"] == 1
    assert viewer.get("/progress?as_of=2030-01-01").json["agreements"][0]["attention"] == []


@pytest.mark.parametrize(
    ("last", "start", "end", "days"),
    [
        (date(2026, 3, 12), None, None, 12),
        (date(2026, 3, 12), time(20), time(0), 11),  # 00:00 of the 12th does not take it
        (date(2026, 3, 12), None, time(0), 11),
        (date(2026, 3, 10), time(8), time(0), 9),  # nine: fewer than promised
        (date(2026, 3, 11), time(8), time(17), 11),
    ],
)
def test_days_are_those_the_visit_takes(
    viewer: Caller,
    database: Database,
    agreement: dict[str, Any],
    make: Make,
    last: date,
    start: time | None,
    end: time | None,
    days: int,
) -> None:
    batch = make(BATCHES | {"frequency": YEARLY})
    hours = {"start_time": start, "end_time": end}
    row = {"kind": EventKind.TRAINING_BATCH, "headcount": 12, "first_day": date(2026, 3, 1), "last_day": last}
    held(database, batch, **row, **hours)
    shown = of(viewer, agreement)
    (line,) = shown["commitments"]
    counts = days >= 10
    assert (line["totals"]["days"], len(line["near"])) == ((days, 0) if counts else (0, 1))
    for one in line["near"]:  # the event's own days, and how many of them it takes
        assert (one["last_day"], one["reasons"]) == (last.isoformat(), [f"Số ngày: {days}; cam kết: số ngày: 10–15."])
    assert sum(flow["days"] for flow in shown["reciprocity"]) == days


def test_old_requests_are_answered_as_before_but_for_new_keys(officer: Caller, make: Make) -> None:
    made = make(BATCHES)
    assert (made["activity_types"], made["composition"]) == ([], {})
    assert BATCHES.items() <= made.items()
