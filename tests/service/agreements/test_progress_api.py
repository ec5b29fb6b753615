"""/agreements/{id}/progress and /progress: what people read there, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import Session

from models.agreements import Agreement, Commitment
from models.database import Database
from models.vocabulary import Currency, EventKind, EventStatus
from tests import factories
from tests.service.conftest import Caller, Clock

HD, HP, VC = "hai-duong", "hai-phong", "vientiane-province"
YEARLY = {"type": "per_year", "count": 1}
BATCHES: dict[str, Any] = {
    "article": "1",
    "field": {"vi": "Xây dựng Đảng"},
    "title": {"vi": "Bồi dưỡng ngắn hạn", "lo": "ບຳລຸງໄລຍະສັ້ນ", "en": "Short training"},
    "activity": "training_batch",
    "host": HD,
    "guest": VC,
    "headcount_min": 10,
    "headcount_max": 15,
    "duration_min": 10,
    "duration_max": 15,
    "duration_unit": "days",
    "frequency": YEARLY,
    "funded_by": HD,
}


@pytest.fixture
def merged(admin: Caller) -> None:
    """Since 1 July 2025 Hải Dương is part of Hải Phòng."""
    assert admin.patch(f"/localities/{HD}", {"successor": HP, "succeeded_on": "2025-07-01"}).status_code == 200


@pytest.fixture
def agreement(officer: Caller) -> dict[str, Any]:
    """The agreement 2024–2028 of both provinces, without commitments."""
    made: dict[str, Any] = officer.made(
        "/agreements",
        {
            "title": {"vi": "Văn bản hợp tác 2024–2028", "en": "Agreement 2024–2028"},
            "parties": [HD, VC],
            "starts_on": "2024-01-01",
            "ends_on": "2028-12-31",
        },
    )
    return made


@pytest.fixture
def batches(officer: Caller, agreement: dict[str, Any]) -> dict[str, Any]:
    """Its first commitment: a training batch every year."""
    made: dict[str, Any] = officer.made(f"/agreements/{agreement['id']}/commitments", BATCHES)
    return made


Hold = Callable[..., str]


@pytest.fixture
def hold(database: Database, batches: dict[str, Any]) -> Hold:
    """Put an event of the commitment into the store, completed, with twelve people for twelve days; its id."""

    def put(first: str, days: int = 12, **values: Any) -> str:
        day = date.fromisoformat(first)
        row = {
            "kind": EventKind.TRAINING_BATCH,
            "status": EventStatus.COMPLETED,
            "commitment_id": batches["id"],
            "headcount": 12,
            "first_day": day,
            "last_day": day + timedelta(days=days - 1),
        } | values
        with database.transaction() as session:
            return factories.make_event(session, **row).id

    return put


def of(caller: Caller, agreement: dict[str, Any], **query: str) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    answer = caller.get(f"/agreements/{agreement['id']}/progress?{words}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_progress_year_by_year(viewer: Caller, agreement: dict[str, Any], batches: dict[str, Any], hold: Hold) -> None:
    held = hold("2024-10-07", headcount_actual=11)
    near = hold("2025-10-06", headcount=9)
    planned = hold("2027-03-10", status=EventStatus.PLANNED)
    found = of(viewer, agreement)
    assert (found["agreement_id"], found["as_of"]) == (agreement["id"], "2026-11-22")
    assert found["states"] == {"missed": 1, "at_risk": 0, "on_track": 0, "fulfilled": 0, "no_records": 0, "open": 0}
    (batch,) = found["commitments"]
    assert (batch["commitment_id"], batch["article"], batch["state"]) == (batches["id"], "1", "missed")
    assert batch["title"] == BATCHES["title"]
    assert [
        (year["year"], year["due"], year["held"], year["planned"], year["people"], year["days"], year["state"])
        for year in batch["years"]
    ] == [
        (2024, 1, 1, 0, 11, 12, "fulfilled"),
        (2025, 1, 0, 0, 0, 0, "missed"),
        (2026, 1, 0, 0, 0, 0, "at_risk"),
        (2027, 1, 0, 1, 0, 0, "on_track"),
        (2028, 1, 0, 0, 0, 0, "on_track"),
    ]
    assert [year["event_ids"] for year in batch["years"]] == [[held], [], [], [planned], []]
    assert batch["totals"] == {
        "due": 5,
        "held": 1,
        "planned": 1,
        "people": 11,
        "people_planned": 12,
        "people_due": None,
        "people_unknown": 0,
        "days": 12,
    }
    (reason,) = batch["near"]
    assert (reason["event_id"], reason["status"], reason["first_day"]) == (near, "completed", "2025-10-06")
    assert len(reason["reasons"]) == 1
    assert reason["title"]["vi"].startswith("Đoàn công tác")


def test_as_of_another_day(viewer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    hold("2024-10-07")
    assert of(viewer, agreement, as_of="2024-10-06")["commitments"][0]["years"][0]["planned"] == 1
    assert of(viewer, agreement, as_of="2024-10-07")["commitments"][0]["years"][0]["held"] == 1
    assert of(viewer, agreement, as_of="2024-12-31")["commitments"][0]["state"] == "on_track"
    assert of(viewer, agreement, as_of="2029-01-01")["commitments"][0]["state"] == "missed"


@pytest.mark.parametrize(
    ("query", "field"),
    [("as_of=tomorrow", "as_of"), ("as_of=2026-02-30", "as_of"), ("as_of=3000-01-01", "as_of"), ("day=1", "day")],
)
def test_bad_questions_are_told_where(viewer: Caller, agreement: dict[str, Any], query: str, field: str) -> None:
    for path in (f"/agreements/{agreement['id']}/progress", "/progress"):
        answer = viewer.get(f"{path}?{query}")
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_progress_of_no_agreement_is_404(viewer: Caller) -> None:
    assert viewer.get("/agreements/nothing/progress").status_code == 404


@pytest.mark.usefixtures("merged")
def test_reasons_come_in_the_readers_language(
    caller: Callable[..., Caller], agreement: dict[str, Any], hold: Hold
) -> None:
    hold("2025-10-06", host="vientiane-capital", guest=HD)
    told = {}
    for language in ("vi", "lo", "en"):
        found = of(caller("viewer", locale=language), agreement)["commitments"][0]
        told[language] = (*found["near"][0]["reasons"], found["detail"])
    assert len({*told.values()}) == 3
    # Hải Dương is Hải Phòng today: it is called so among the reasons.
    assert "Hải Phòng" in told["vi"][0]
    assert told["en"][0] == "It takes place in Vientiane Capital; promised: Hải Phòng."


@pytest.mark.usefixtures("merged")
def test_what_became_of_a_party_counts_as_the_party(viewer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    """An event hosted by Hải Phòng keeps the promise Hải Dương gave."""
    hold("2025-10-06", host=HP)
    found = of(viewer, agreement)
    assert found["commitments"][0]["years"][1]["state"] == "fulfilled"
    assert [(one["from"], one["to"], one["visits"]) for one in found["reciprocity"]] == [(HD, VC, 0), (VC, HD, 1)]
    # Before the merger Hải Phòng was another city, and no party.
    stranger = hold("2024-10-07", host=HP)
    found = of(viewer, agreement)
    assert found["commitments"][0]["years"][0]["state"] == "missed"
    assert [one["event_id"] for one in found["commitments"][0]["near"]] == [stranger]
    assert [one["visits"] for one in found["reciprocity"]] == [0, 1]


def test_an_event_that_names_no_commitment_nearly_counts(viewer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    unlinked = hold("2025-10-06", commitment_id=None)
    hold("2025-11-03", commitment_id=None, headcount=3)  # would not count anyhow
    near = of(viewer, agreement)["commitments"][0]["near"]
    assert [one["event_id"] for one in near] == [unlinked]


def test_more_than_promised_counts_with_a_remark(viewer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    more = hold("2025-10-06", headcount=16)
    found = of(viewer, agreement)["commitments"][0]
    assert found["years"][1]["state"] == "fulfilled"
    assert [(one["event_id"], len(one["reasons"])) for one in found["remarks"]] == [(more, 1)]


def test_what_passed_each_way(viewer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    paid = {"funded_by": HD, "budget_currency": Currency.VND}
    hold("2024-10-07", budget_amount=100_000_000, **paid)
    hold("2025-10-06", budget_amount=50_000_000, **paid)
    hold("2025-12-01", 3, host=VC, guest=HD, commitment_id=None, headcount=6, funded_by=VC, budget_amount=150,
         budget_currency=Currency.USD)  # fmt: skip
    hold("2027-12-01", 3, status=EventStatus.PLANNED, budget_amount=7, **paid)
    hold("2026-03-02", status=EventStatus.CANCELLED, budget_amount=7, **paid)
    hold("2023-03-02", budget_amount=7, **paid)  # before the period
    one, other = of(viewer, agreement)["reciprocity"]
    figures = ("from", "to", "visits", "people", "people_unknown", "days", "planned", "money_unknown")
    assert [one[name] for name in figures] == [HD, VC, 1, 6, 0, 3, 0, 1]
    assert [other[name] for name in figures] == [VC, HD, 2, 24, 0, 24, 1, 2]
    # A budget is an amount that was planned: nobody has entered that it was paid.
    assert one["money_planned"] == [{"amount": "150000007", "currency": "VND"}]
    assert other["money_planned"] == [{"amount": "1.50", "currency": "USD"}]
    for flow in (one, other):
        assert (flow["money"], flow["money_approved"]) == ([], [])
        assert flow["goods"] == {"count": 0, "value": [], "value_unknown": 0}
    assert [(year["year"], year["visits"], year["money_planned"]) for year in one["years"]] == [
        (2024, 0, [{"amount": "100000000", "currency": "VND"}]),
        (2025, 1, [{"amount": "50000000", "currency": "VND"}]),
        (2027, 0, [{"amount": "7", "currency": "VND"}]),
    ]
    assert [(found["field"], found["visits"], found["money_planned"]) for found in other["fields"]] == [
        (BATCHES["field"], 2, []),
        (None, 0, [{"amount": "1.50", "currency": "USD"}]),
    ]


def test_an_open_commitment_is_only_counted(officer: Caller, agreement: dict[str, Any], hold: Hold) -> None:
    open_one = officer.made(
        f"/agreements/{agreement['id']}/commitments",
        {"article": "11", "field": "Lĩnh vực khác", "title": {"vi": "Trao đổi"}, "activity": "activity"},
    )
    hold("2025-05-05", 1, kind=EventKind.ACTIVITY, commitment_id=open_one["id"])
    found = of(officer, agreement)["commitments"][1]
    assert found["state"] == "open"
    assert [(year["due"], year["held"], year["state"]) for year in found["years"]] == [
        (0, 0, "open"),
        (0, 1, "open"),
        (0, 0, "open"),
        (0, 0, "open"),
        (0, 0, "open"),
    ]


def test_an_event_taken_through_its_states_over_the_api(
    officer: Caller, approver: Caller, agreement: dict[str, Any], batches: dict[str, Any], clock: Clock
) -> None:
    made = officer.made(
        "/training-batches",
        {
            "title": {"vi": "Lớp 2027"},
            "host": HD,
            "guest": VC,
            "first_day": "2027-03-10",
            "last_day": "2027-03-21",
            "headcount": 12,
            "commitment_id": batches["id"],
        },
    )

    def year(as_of: str) -> dict[str, Any]:
        found: dict[str, Any] = of(officer, agreement, as_of=as_of)["commitments"][0]["years"][3]
        return found

    assert (year("2027-01-01")["planned"], year("2027-03-01")["state"]) == (1, "at_risk")  # a mere draft by then
    for who, to in ((officer, "planned"), (approver, "confirmed"), (officer, "ongoing"), (officer, "completed")):
        if to == "ongoing":
            clock.now = datetime(2027, 3, 21, 5, tzinfo=UTC)
        if to == "completed":
            assert year("2027-03-10")["held"] == 1
        assert who.post(f"/events/{made['id']}/transitions", {"to": to}).status_code == 200
    assert (year("2027-03-22")["state"], year("2027-03-22")["event_ids"]) == ("fulfilled", [made["id"]])


def test_the_whole_office_at_a_glance(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any], hold: Hold
) -> None:
    hold("2026-03-02")
    earlier = officer.made(
        "/agreements",
        {"title": {"vi": "2017–2020"}, "parties": [HD, VC], "starts_on": "2017-01-01", "ends_on": "2020-12-31"},
    )
    found = officer.get("/progress").json
    assert found["as_of"] == "2026-11-22"
    assert found["states"] == {"missed": 1, "at_risk": 0, "on_track": 0, "fulfilled": 0, "no_records": 0, "open": 0}
    assert [one["agreement_id"] for one in found["agreements"]] == [earlier["id"], agreement["id"]]
    assert [len(one["attention"]) for one in found["agreements"]] == [0, 1]
    assert found["agreements"][1]["attention"][0]["commitment_id"] == batches["id"]
    # The same as the agreement's own page says.
    for day in ("2024-06-01", "2026-11-22", "2029-06-01"):
        own = of(officer, agreement, as_of=day)
        assert officer.get(f"/progress?as_of={day}").json["agreements"][1]["states"] == own["states"]


@pytest.mark.parametrize("count", [1, 30])
def test_progress_takes_the_same_few_queries_however_many_rows(
    viewer: Caller, database: Database, agreement: dict[str, Any], hold: Hold, count: int
) -> None:
    for number in range(count):
        hold("2025-10-06", headcount=9 + number % 3)
    with database.transaction() as session:
        _more_commitments(session, agreement["id"], count)
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    for path, most in ((f"/agreements/{agreement['id']}/progress", 13), ("/progress", 7)):
        asked.clear()
        sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
        assert viewer.get(path).status_code == 200
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)
        own = [one for one in asked if one.lstrip().upper().startswith("SELECT") and "api_token" not in one]
        assert len(own) <= most, own


def _more_commitments(session: Session, agreement_id: str, count: int) -> None:
    assert session.get(Agreement, agreement_id) is not None
    for number in range(count):
        row = {name: value for name, value in BATCHES.items() if name not in {"frequency", "activity", "duration_unit"}}
        commitment = Commitment(agreement_id=agreement_id, activity=EventKind.ACTIVITY, position=number, **row)
        commitment.frequency = {"type": "open"}
        commitment.duration_min = commitment.duration_max = None
        session.add(commitment)
    session.flush()
