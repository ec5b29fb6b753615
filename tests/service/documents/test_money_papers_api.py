"""Papers of money over the API: for whom they exist, what stands in them, kept ones, and that none is mailed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import MemberRole, Role, Visibility
from seed.reference import add_reference
from service.actions.context import ActionContext
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller
from tests.service.web.test_pages import count_queries

pytestmark = [
    pytest.mark.usefixtures("as_words"),
    pytest.mark.both_databases("an estimate is read with queries of its own, and kept papers are JSON"),
]

PLAN: dict[str, Any] = {
    "guest_class": "B", "class_decided_by": "Chủ tịch UBND, CV 12", "who_pays": "host_all",
    "inputs": {"banquet": {"hosts": 10}, "flowers": 1},
    "lines": [
        {"item": "car", "unit": "trip", "quantity": "3", "unit_amount": {"amount": "3500000", "currency": "VND"},
         "description": {"vi": "Xe 29 chỗ"}},
    ],
}  # fmt: skip


@dataclass
class Visit:
    """A public visit of June 2026 that a department is in charge of, another department and its guests' body."""

    event_id: str
    department: str
    other: str
    guest: str

    @property
    def documents(self) -> str:
        return f"/events/{self.event_id}/documents"


@pytest.fixture
def visit(app: object, database: Database) -> Visit:
    with database.transaction() as session:
        add_reference(session, ActionContext(None, NOW, OFFICE))
        department = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ"})
        other = factories.make_organisation(session, name={"vi": "Công an tỉnh"})
        event = factories.make_event(
            session, title={"vi": "Đón đoàn Viêng Chăn"}, organisation_id=department.id, visibility=Visibility.PUBLIC,
            first_day=date(2027, 6, 15), last_day=date(2027, 6, 18),
        )  # fmt: skip
        guest = factories.make_person(session, name="ບຸນມີ ສີສະຫວັດ", email="bounmy@example.org")
        factories.make_member(session, event, guest, role=MemberRole.HEAD)
        return Visit(event.id, department.id, other.id, guest.id)


@pytest.fixture
def own(visit: Visit, caller: Callable[..., Caller]) -> Caller:
    """An officer of the department in charge, who has written the estimate."""
    officer = caller(Role.OFFICER, organisation_id=visit.department)
    path = f"/events/{visit.event_id}/estimate"
    answer = officer.call("PUT", path, PLAN, If_Match=officer.etag(path))
    assert answer.status_code == 200, answer.text
    return officer


def kinds(reader: Caller, visit: Visit) -> set[str]:
    return {one["kind"] for one in reader.get(visit.documents).json["kinds"]}


def paper(reader: Caller, visit: Visit, name: str) -> Any:
    return reader.get(f"{visit.documents}/{name}")


def test_the_estimate_is_a_paper_once_something_is_planned(
    visit: Visit, caller: Callable[..., Caller], request: pytest.FixtureRequest
) -> None:
    officer = caller(Role.OFFICER, organisation_id=visit.department)
    assert not {"estimate", "settlement"} & kinds(officer, visit)
    assert paper(officer, visit, "estimate.pdf?language=vi").status_code == 404
    own = request.getfixturevalue("own")
    assert {"estimate", "settlement"} & kinds(own, visit) == {"estimate"}
    for file_format in ("docx", "pdf", "xlsx"):
        for language in ("vi", "lo", "en", "vi,lo"):
            answer = paper(own, visit, f"estimate.{file_format}?language={language}")
            assert answer.status_code == 200, answer.text
            assert "289" not in answer.text  # one guest, not the worked example's ten
    told = paper(own, visit, "estimate.docx?language=vi").text
    # Lodging 3 × 7.7 m, meals 3.5 × 2 m, the banquet 11 × 2 m, flowers 1 m, cars 3 × 3.5 m.
    assert "63.600.000" in told
    assert "sáu mươi ba triệu sáu trăm nghìn đồng" in told
    assert "Thông tư số 35/2026/TT-BTC" in told
    assert "Xe 29 chỗ" in told
    assert "Sở Ngoại vụ" in told


def test_for_others_there_is_no_such_paper(own: Caller, visit: Visit, caller: Callable[..., Caller]) -> None:
    kept = own.made(visit.documents, {"kind": "estimate"})
    readers = {
        "viewer": caller(Role.VIEWER, organisation_id=visit.department),
        "officer": caller(Role.OFFICER, organisation_id=visit.other),
        "viewer of others": caller(Role.VIEWER, organisation_id=visit.other),
    }
    for name, reader in readers.items():
        assert reader.get(f"/events/{visit.event_id}").status_code == 200, name
        assert "estimate" not in kinds(reader, visit), name
        answer = paper(reader, visit, "estimate.docx?language=vi")
        assert answer.status_code == 404, name
        assert "63.600.000" not in reader.get(visit.documents).text, name
        assert kept["id"] not in reader.get(visit.documents).text, name
        refused = 404 if name == "officer" else 403  # a viewer changes no paper at all
        change = reader.call("PATCH", f"/documents/{kept['id']}", {"number": "1"}, If_Match="*")
        assert change.status_code == refused, name
        assert reader.get(f"/documents/{kept['id']}/content?format=docx").status_code == 404, name
        assert reader.post(visit.documents, {"kind": "estimate"}).status_code in (403, 422), name
    approver = caller(Role.APPROVER)
    assert "estimate" in kinds(approver, visit)
    assert kept["id"] in approver.get(visit.documents).text


def test_a_kept_one_stays_as_it_was_and_says_that_the_plan_changed(own: Caller, visit: Visit) -> None:
    kept = own.made(visit.documents, {"kind": "estimate"})
    path = f"/events/{visit.event_id}/estimate"
    changed = PLAN | {"lines": []}
    assert own.call("PUT", path, changed, If_Match=own.etag(path)).status_code == 200
    (found,) = [one for one in own.get(visit.documents).json["kept"] if one["id"] == kept["id"]]
    assert found["outdated"] is True
    assert "63.600.000" in own.get(f"/documents/{kept['id']}/content?format=docx").text
    assert "53.100.000" in paper(own, visit, "estimate.docx?language=vi").text


def test_none_is_mailed(own: Caller, visit: Visit) -> None:
    kept = own.made(visit.documents, {"kind": "estimate"})
    answer = own.post(f"/documents/{kept['id']}/send", {"to": [visit.guest]})
    assert (answer.status_code, answer.json["code"]) == (409, "not_mailed")
    programme = own.made(visit.documents, {"kind": "programme"})
    assert own.post(f"/documents/{programme['id']}/send", {"to": [visit.guest]}).status_code == 200


def test_the_settlement_follows_the_approval(own: Caller, visit: Visit, caller: Callable[..., Caller]) -> None:
    path = f"/events/{visit.event_id}/estimate"
    assert own.call("POST", f"{path}/submit", {}, If_Match=own.etag(path)).status_code == 200
    approver = caller(Role.APPROVER)
    answer = approver.call("POST", f"{path}/approve", {}, If_Match=approver.etag(path))
    assert answer.status_code == 200, answer.text
    line = next(one for one in answer.json["lines"] if one["rule"] == "banquet")
    paid = {"line_id": line["id"], "amount": {"amount": "21000000", "currency": "VND"}, "paid_on": "2026-11-20",
            "voucher": "HĐ 0034"}  # fmt: skip
    assert own.post(f"/events/{visit.event_id}/payments", paid).status_code == 201
    assert "settlement" in kinds(own, visit)
    told = paper(own, visit, "settlement.docx?language=vi").text
    assert "HĐ 0034, ngày 20/11/2026" in told
    assert "hai mươi mốt triệu đồng" in told
    assert "-42.600.000" in told
    assert "Đã được" in paper(own, visit, "estimate.docx?language=vi").text


def test_the_queries_do_not_grow_with_the_lines(own: Caller, visit: Visit, database: Database) -> None:
    path = f"/events/{visit.event_id}/estimate"
    counts = []
    for number in (1, 3):
        plan = PLAN | {"lines": PLAN["lines"] * number}
        assert own.call("PUT", path, plan, If_Match=own.etag(path)).status_code == 200
        counts.append(count_queries(database, lambda: paper(own, visit, "estimate.docx?language=vi")))
    assert counts[0] == counts[1]


def test_the_settlement_prints_what_was_approved_beside_what_it_is_now(
    own: Caller, visit: Visit, caller: Callable[..., Caller]
) -> None:
    path = f"/events/{visit.event_id}/estimate"
    assert own.call("POST", f"{path}/submit", {}, If_Match=own.etag(path)).status_code == 200
    approver = caller(Role.APPROVER)
    approved = approver.call("POST", f"{path}/approve", {}, If_Match=approver.etag(path)).json
    assert "Đã duyệt là" not in paper(own, visit, "settlement.docx?language=vi").text
    (cars,) = [one for one in approved["lines"] if one["rule"] is None]
    renamed = PLAN["lines"][0] | {"id": cars["id"], "description": {"vi": "Vé thăm quan"}}
    plan = PLAN | {"class_decided_by": "Giám đốc Sở", "lines": [renamed | {"payer_organisation_id": visit.other}]}
    assert own.call("PUT", path, plan, If_Match=own.etag(path)).status_code == 200
    for format_name in ("docx", "pdf", "xlsx"):
        assert paper(own, visit, f"settlement.{format_name}?language=vi,lo").status_code == 200
    told = paper(own, visit, "settlement.docx?language=vi").text
    assert "Đã duyệt là" in told
    assert "Xe 29 chỗ" in told
    assert "Vé thăm quan" in told
    assert "Chủ tịch UBND, CV 12" in told
    assert "Giám đốc Sở" not in told
    assert "Đã được" not in paper(own, visit, "estimate.docx?language=vi").text
