"""The progress of commitments with projects over the API: for whom, in how many queries, and what plans propose."""

from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import EventStatus, Role, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.ledger.promises import counted, make_handover, promise
from tests.service.ledger.test_projects_api import SCHOOL

pytestmark = pytest.mark.both_databases("projects read beside commitments and events")


def line_of(reader: Caller, agreement_id: str) -> dict[str, Any]:
    found: dict[str, Any] = reader.get(f"/agreements/{agreement_id}/progress").json["commitments"][0]
    return found


def test_money_and_other_events_hand_nothing_over(officer: Caller, database: Database) -> None:
    agreement_id, commitment_id = promise(database)
    make_handover(database, commitment_id=commitment_id, status=EventStatus.COMPLETED)
    assert line_of(officer, agreement_id)["state"] == "fulfilled"
    made = officer.made("/projects", SCHOOL | {"commitment_id": commitment_id, "accepted_on": "2026-10"})
    line = line_of(officer, agreement_id)
    assert (line["state"], line["totals"]["held"]) == ("on_track", 0)
    ((why,),) = [one["reasons"] for one in line["near"]]
    assert why.startswith("Chỉ việc bàn giao “Trường Bản Kheun” mới thực hiện cam kết này")
    path = f"/projects/{made['id']}"
    late = [made["milestones"][0], made["milestones"][1] | {"day": "2026-11-20"}]
    officer.patch(path, {"milestones": late})
    line = line_of(officer, agreement_id)
    assert (line["state"], line["detail"]) == (
        "at_risk", "“Trường Bản Kheun” đang chậm: có mốc đã quá ngày mà chưa xong.",
    )  # fmt: skip
    officer.patch(path, {"handed_over_on": "2026-11-21"})
    assert line_of(officer, agreement_id)["state"] == "fulfilled"
    assert officer.get("/progress").json["states"]["fulfilled"] == 1
    officer.delete(path)
    assert line_of(officer, agreement_id)["state"] == "fulfilled"  # by the event again


def test_the_event_of_the_handover_hands_over(officer: Caller, database: Database) -> None:
    agreement_id, commitment_id = promise(database)
    event_id = make_handover(database, commitment_id=commitment_id, status=EventStatus.COMPLETED)
    officer.made("/projects", SCHOOL | {"commitment_id": commitment_id, "handover_event_id": event_id})
    line = line_of(officer, agreement_id)
    assert (line["state"], [one["event_ids"] for one in line["years"] if one["held"]]) == ("fulfilled", [[event_id]])


def test_plans_propose_no_visit_for_a_project(officer: Caller, database: Database) -> None:
    agreement_id, commitment_id = promise(database)
    officer.made("/projects", SCHOOL | {"commitment_id": commitment_id})
    answer = officer.post(f"/agreements/{agreement_id}/plan?dry_run=true", {})
    assert answer.status_code == 200, answer.text
    assert answer.json["created"] == []
    assert [one["reason"] for one in answer.json["unplaced"]] == ["“Trường Bản Kheun” chưa được bàn giao."]


def test_what_its_reader_may_not_know_counts_for_nothing(
    officer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    agreement_id, commitment_id = promise(database)
    hidden = make_handover(database, status=EventStatus.COMPLETED, visibility=Visibility.INTERNAL)
    officer.made("/projects", SCHOOL | {"commitment_id": commitment_id, "handover_event_id": hidden})
    with database.transaction() as session:
        beside = factories.make_organisation(session).id
        abroad = factories.make_organisation(session, locality="vientiane-province").id
    department, lao = caller(organisation_id=beside), caller(Role.APPROVER, organisation_id=abroad)
    assert line_of(officer, agreement_id)["state"] == "fulfilled"
    assert line_of(department, agreement_id)["state"] == "on_track"  # the project is known, its event is not
    assert "Kheun" not in str(line_of(lao, agreement_id))
    assert hidden not in str(line_of(department, agreement_id)) + str(line_of(lao, agreement_id))


def test_as_many_queries_with_three_projects_as_with_one(officer: Caller, database: Database) -> None:
    agreement_id, commitment_id = promise(database)
    for path in (f"/agreements/{agreement_id}/progress", "/progress"):
        numbers = []
        for more in (1, 2):
            for _one in range(more):
                values = {"commitment_id": commitment_id, "handover_event_id": make_handover(database)}
                officer.made("/projects", SCHOOL | values)
            with counted(database) as statements:
                officer.get(path)
            numbers.append(len(statements))
        assert numbers[0] == numbers[1], path
