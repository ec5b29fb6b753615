"""Projects over the API: what comes back, what is computed, what is refused, who reads and changes them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.events import Event
from models.places import Organisation
from models.projects import Project
from models.vocabulary import ActivityType, EventStatus, Role, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.files.samples import pdf, send, sent
from tests.service.ledger.promises import counted, make_handover, promise

pytestmark = pytest.mark.both_databases("tables of their own, conditions over events and parts")


def money(amount: str, currency: str = "VND") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


SCHOOL: dict[str, Any] = {
    "title": {"vi": "Trường Bản Kheun", "lo": "ໂຮງຮຽນບ້ານເກີນ", "en": "Bản Kheun school"},
    "description": {"vi": "Mười hai phòng học"},
    "given_by": "hai-duong",
    "host": "vientiane-province",
    "decision": "Quyết định 12/QĐ-UBND",
    "total": money("15000000000"),
    "sources": [
        {"locality": "hai-duong", "name": None, "amount": money("14000000000")},
        {"locality": None, "name": {"vi": "Nguồn khác"}, "amount": money("1000000000")},
    ],
    "milestones": [
        {
            "title": {"vi": "Khởi công"}, "day": "2026-03-01", "percent": 5, "state": "done",
            "done_on": "2026-03-08", "file_id": None,
        },
        {
            "title": {"vi": "Xong phần thô"}, "day": "2027-02-01", "percent": 60, "state": "planned",
            "done_on": None, "file_id": None,
        },
    ],
    "disbursements": [
        {
            "amount": money("4000000000"), "paid_on": "2026-04", "payer": "hai-duong", "voucher": "UNC 7",
            "note": None, "file_id": None,
        },
        {
            "amount": money("250.50", "USD"), "paid_on": None, "payer": None, "voucher": None, "note": "Công thợ",
            "file_id": None,
        },
    ],
}  # fmt: skip


def without_ids(made: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [{key: one[key] for key in one if key != "id"} for one in value]
        if name in ("sources", "milestones", "disbursements")
        else value
        for name, value in made.items()
    }


def test_a_project_comes_back_as_sent_with_what_is_computed(officer: Caller) -> None:
    made = officer.made("/projects", SCHOOL)
    assert {name: without_ids(made)[name] for name in SCHOOL} == SCHOOL
    assert (made["state"], made["percent_done"], made["office"]) == ("under_way", 5, "hai-duong")
    assert made["paid"] == [money("4000000000"), money("250.50", "USD")]
    assert made["differences"] == []
    assert officer.get(f"/projects/{made['id']}").json == made
    assert officer.get("/projects").json == [made]


def test_what_is_not_known_is_not_zero(officer: Caller) -> None:
    bare = officer.made("/projects", {name: SCHOOL[name] for name in ("title", "given_by", "host")})
    assert (bare["total"], bare["paid"], bare["percent_done"], bare["state"]) == (None, [], None, "unknown")
    assert (bare["sources"], bare["milestones"], bare["disbursements"]) == ([], [], [])


def test_lists_are_replaced_as_a_whole_and_entries_keep_their_ids(officer: Caller) -> None:
    made = officer.made("/projects", SCHOOL)
    path = f"/projects/{made['id']}"
    first, second = made["milestones"]
    new = {"title": {"vi": "Hoàn thành"}, "day": "2027-06-01", "percent": 100}
    changed = officer.patch(path, {"milestones": [second | {"percent": 55}, new]}).json
    assert changed["milestones"][0]["id"] == second["id"]
    assert [one["percent"] for one in changed["milestones"]] == [55, 100]
    assert first["id"] not in [one["id"] for one in changed["milestones"]]
    assert changed["disbursements"] == made["disbursements"]
    # The same lists without their ids are the same entries.
    again = officer.patch(path, {"sources": SCHOOL["sources"], "disbursements": SCHOOL["disbursements"]}).json
    assert (again["sources"], again["disbursements"]) == (made["sources"], made["disbursements"])
    assert again["updated_at"] == changed["updated_at"]
    assert officer.patch(path, {"milestones": []}).json["milestones"] == []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"given_by": "atlantis"}, {"given_by"}),
        ({"host": "hai-duong"}, {"host"}),
        ({"title": {}}, {"title"}),
        ({"commitment_id": "0" * 26}, {"commitment_id"}),
        ({"beneficiary_id": "0" * 26}, {"beneficiary_id"}),
        ({"handover_event_id": "0" * 26}, {"handover_event_id"}),
        ({"total": money("1.5")}, {"total"}),
        ({"total": 15}, {"total"}),
        ({"paid": []}, {"paid"}),
        ({"state": "accepted"}, {"state"}),
        ({"sources": [{"amount": money("1")}]}, {"sources.0.name"}),
        ({"sources": [{"locality": "hai-duong", "name": {"vi": "x"}}]}, {"sources.0.name"}),
        ({"sources": [{"locality": "atlantis"}]}, {"sources.0.locality"}),
        ({"sources": [{"id": "0" * 26, "locality": "hai-duong"}]}, {"sources.0.id"}),
        ({"milestones": [{"day": "2027-01-01"}]}, {"milestones.0.title"}),
        ({"milestones": [{"title": {"vi": "x"}, "percent": 101}]}, {"milestones.0.percent"}),
        ({"milestones": [{"title": {"vi": "x"}, "state": "done"}]}, {"milestones.0.done_on"}),
        ({"milestones": [{"title": {"vi": "x"}, "done_on": "2026-01-01"}]}, {"milestones.0.state"}),
        (
            {"milestones": [{"title": {"vi": "x"}, "state": "done", "done_on": "2026-11-23"}]},
            {"milestones.0.done_on"},
        ),
        (
            {
                "milestones": [
                    {"title": {"vi": "b"}, "day": "2027-02-01", "percent": 40},
                    {"title": {"vi": "a"}, "day": "2027-01-01", "percent": 60},
                ]
            },
            {"milestones.0.percent"},
        ),
        ({"milestones": [{"title": {"vi": "x"}, "file_id": "0" * 26}]}, {"milestones.0.file_id"}),
        ({"disbursements": [{"paid_on": "2026"}]}, {"disbursements.0.amount"}),
        ({"disbursements": [{"amount": money("0")}]}, {"disbursements.0.amount.amount"}),
        ({"disbursements": [{"amount": money("1"), "paid_on": "2026-12"}]}, {"disbursements.0.paid_on"}),
        ({"disbursements": [{"amount": money("1"), "paid_on": "mai"}]}, {"disbursements.0.paid_on"}),
        ({"disbursements": [{"amount": money("1"), "payer": "atlantis"}]}, {"disbursements.0.payer"}),
        ({"accepted_on": "2026-11-23"}, {"accepted_on"}),
        ({"handed_over_on": "2027"}, {"handed_over_on"}),
        ({"accepted_on": "2026-05-02", "handed_over_on": "2026-05-01"}, {"handed_over_on"}),
        ({"accepted_on": "2026", "handed_over_on": "2025-12-31"}, {"handed_over_on"}),
        ({"office": "hai-duong"}, {"office"}),
    ],
)
def test_a_refusal_names_the_field(officer: Caller, change: dict[str, Any], fields: set[str]) -> None:
    answer = officer.post("/projects", SCHOOL | change)
    assert (answer.status_code, set(answer.json["errors"])) == (422, fields)
    made = officer.made("/projects", SCHOOL)
    refused = officer.patch(f"/projects/{made['id']}", change)
    assert (refused.status_code, set(refused.json["errors"])) == (422, fields)
    assert officer.get(f"/projects/{made['id']}").json == made


@pytest.mark.parametrize(
    ("accepted", "handed"), [("2026-05-01", "2026-05-01"), ("2026", "2026-05"), ("2026-05", "2026"), (None, "2008")]
)
def test_days_known_to_a_month_or_a_year_may_be_in_order(officer: Caller, accepted: str | None, handed: str) -> None:
    made = officer.made("/projects", SCHOOL | {"accepted_on": accepted, "handed_over_on": handed})
    assert (made["accepted_on"], made["handed_over_on"]) == (accepted, handed)
    assert (made["state"], made["percent_done"]) == ("handed_over", 100)


def test_what_does_not_fit_together_is_named_and_not_refused(officer: Caller) -> None:
    made = officer.made("/projects", SCHOOL | {"total": money("3999999999"), "sources": [{"locality": "hai-duong"}]})
    (found,) = made["differences"]
    assert (found["code"], found["found"], found["expected"]) == (
        "paid_above_total", money("4000000000"), money("3999999999"),
    )  # fmt: skip
    assert officer.get(f"/projects/{made['id']}", Accept_Language="vi").json["differences"][0]["message"] == (
        "Đã chi 4.000.000.000 VND, tổng mức là 3.999.999.999 VND: nhiều hơn 1 VND."
    )


def test_lost_updates_fail(officer: Caller) -> None:
    path = f"/projects/{officer.made('/projects', SCHOOL)['id']}"
    read = officer.etag(path)
    assert officer.patch(path, {"decision": "12/QĐ"}, read).status_code == 200
    assert officer.patch(path, {"decision": "13/QĐ"}, read).status_code == 412
    assert officer.call("PATCH", path, {"decision": "13/QĐ"}).status_code == 428
    assert officer.delete(path, read).status_code == 412
    assert officer.get(path).json["decision"] == "12/QĐ"
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "12/QĐ"},
        {"sources": SCHOOL["sources"][:1]},
        {"sources": [SCHOOL["sources"][0] | {"amount": money("1")}, SCHOOL["sources"][1]]},
        {"milestones": [SCHOOL["milestones"][0] | {"percent": 6}, SCHOOL["milestones"][1]]},
        {"disbursements": SCHOOL["disbursements"][::-1]},
    ],
)
def test_the_version_grows_with_every_change_even_at_one_instant(
    officer: Caller, database: Database, change: dict[str, Any]
) -> None:
    """The clock stands still here; only rows of other tables change in most of these."""
    identity = officer.made("/projects", SCHOOL)["id"]

    def version() -> int:
        with database.transaction(write=False) as session:
            return session.get_one(Project, identity).version

    before = version()
    assert officer.patch(f"/projects/{identity}", change).status_code == 200
    assert version() == before + 1
    assert officer.patch(f"/projects/{identity}", change).status_code == 200
    assert version() == before + 1, "nothing changed any more"


def test_the_tag_is_the_same_in_every_language(officer: Caller) -> None:
    made = officer.made("/projects", SCHOOL | {"total": money("1")})
    path = f"/projects/{made['id']}"
    lao = officer.get(path, Accept_Language="lo").headers["ETag"]
    assert officer.patch(path, {"decision": "12/QĐ"}, lao).status_code == 200


def test_every_change_is_in_the_trail(officer: Caller, database: Database) -> None:
    made = officer.made("/projects", SCHOOL)
    officer.patch(f"/projects/{made['id']}", {"total": money("16000000000"), "milestones": []})
    officer.delete(f"/projects/{made['id']}")
    with database.transaction() as session:
        rows = session.exec(select(Audit).where(Audit.entity == "project").order_by(Audit.id)).all()
        told = [(row.action, row.changes) for row in rows]
    assert [action for action, _changes in told] == ["create", "change", "delete"]
    changed = told[1][1]
    assert changed["total"] == {"from": SCHOOL["total"], "to": money("16000000000")}
    assert [one["title"] for one in changed["milestones"]["from"]] == [{"vi": "Khởi công"}, {"vi": "Xong phần thô"}]
    assert changed["milestones"]["to"] == []


def test_a_completed_handover_hands_over(officer: Caller, database: Database) -> None:
    meeting = make_handover(database, activity_type=ActivityType.MEETING)
    assert set(officer.post("/projects", SCHOOL | {"handover_event_id": meeting}).json["errors"]) == {
        "handover_event_id"
    }
    event_id = make_handover(database)
    made = officer.made("/projects", SCHOOL | {"handover_event_id": event_id})
    assert (made["handover_event_id"], made["state"]) == (event_id, "under_way")
    with database.transaction() as session:
        session.get_one(Event, event_id).status = EventStatus.COMPLETED
    after = officer.get(f"/projects/{made['id']}").json
    assert (after["state"], after["percent_done"], after["handed_over_on"]) == ("handed_over", 100, None)
    assert officer.get("/projects?state=handed_over").json == [after]
    assert officer.get("/projects?state=under_way").json == []


def test_the_list_is_filtered_and_by_title(officer: Caller, database: Database) -> None:
    of_agreement, of_commitment = promise(database)
    bare = {name: SCHOOL[name] for name in ("given_by", "host")}
    school = officer.made("/projects", SCHOOL | {"commitment_id": of_commitment})["id"]
    planned = officer.made("/projects", bare | {"title": {"vi": "Nhà khách"}})["id"]
    other = {"title": {"vi": "An Sinh"}, "given_by": "vientiane-province", "host": "hai-duong", "accepted_on": "2026"}
    accepted = officer.made("/projects", other)["id"]
    for query, found in {
        "": [accepted, planned, school],
        f"commitment_id={of_commitment}": [school],
        f"agreement_id={of_agreement}": [school],
        "given_by=vientiane-province": [accepted],
        "host=vientiane-province": [planned, school],
        "state=planned": [],
        "state=unknown": [planned],
        "state=under_way": [school],
        "state=accepted": [accepted],
        "state=handed_over": [],
        "q=mười+hai": [school],
        "q=Truong+kheun": [school],
        "q=nowhere": [],
    }.items():
        assert [one["id"] for one in officer.get(f"/projects?{query}").json] == found, query
    assert officer.get("/projects?state=lost").status_code == 422
    assert officer.get("/projects?nothing=1").status_code == 422


# Rights


@pytest.fixture
def department(database: Database) -> Organisation:
    with database.transaction() as session:
        return factories.make_organisation(session)


def test_a_department_reads_and_changes_its_own_only(
    officer: Caller, caller: Callable[..., Caller], department: Organisation, database: Database
) -> None:
    with database.transaction() as session:
        beside = factories.make_organisation(session)
    own, others = caller(organisation_id=department.id), caller(organisation_id=beside.id)
    made = own.made("/projects", SCHOOL)
    assert made["organisation_id"] == department.id
    path = f"/projects/{made['id']}"
    assert own.patch(path, {"decision": "12/QĐ"}).status_code == 200
    assert officer.get(path).status_code == 200
    assert others.get("/projects").json == []
    etag = own.etag(path)
    for method in ("GET", "PATCH", "DELETE"):
        answer = others.call(method, path, {} if method == "PATCH" else None, If_Match=etag)
        assert answer.status_code == 404, method
    # Nobody gives theirs away, or enters one for somebody else.
    assert own.patch(path, {"organisation_id": beside.id}).status_code == 403
    assert own.post("/projects", SCHOOL | {"organisation_id": beside.id}).status_code == 403
    assert own.post("/projects", SCHOOL | {"organisation_id": None}).status_code == 403
    assert officer.patch(path, {"organisation_id": None}).status_code == 200
    assert own.get(path).status_code == 404
    for role in (Role.APPROVER, Role.ADMIN):
        assert caller(role, organisation_id=beside.id).get(path).status_code == 200
    assert caller(Role.VIEWER, organisation_id=department.id).get(path).status_code == 403


def test_a_successor_reads_and_does_not_change(
    officer: Caller, caller: Callable[..., Caller], department: Organisation, database: Database
) -> None:
    with database.transaction() as session:
        heir = factories.make_organisation(session)
        ended = session.get_one(Organisation, department.id)
        ended.ends_on, ended.successor_id = date(2026, 6, 30), heir.id
    path = f"/projects/{officer.made('/projects', SCHOOL | {'organisation_id': department.id})['id']}"
    reader = caller(organisation_id=heir.id)
    assert reader.get(path).status_code == 200
    assert reader.patch(path, {"decision": "12/QĐ"}).status_code == 403
    assert reader.delete(path).status_code == 403


def test_another_office_knows_of_no_project(officer: Caller, caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="vientiane-province")
    made = officer.made("/projects", SCHOOL)
    for role in (Role.OFFICER, Role.APPROVER, Role.ADMIN):
        reader = caller(role, organisation_id=abroad.id)
        assert reader.get("/projects").json == []
        assert reader.get(f"/projects/{made['id']}").status_code == 404
    lao = caller(Role.APPROVER, organisation_id=abroad.id)
    own = lao.made("/projects", SCHOOL)
    assert own["office"] == "vientiane-province"
    assert [one["id"] for one in officer.get("/projects").json] == [made["id"]]


def test_an_event_that_its_reader_may_not_see_is_not_told(
    officer: Caller, caller: Callable[..., Caller], department: Organisation, database: Database
) -> None:
    hidden = make_handover(database, status=EventStatus.COMPLETED, visibility=Visibility.INTERNAL)
    values = SCHOOL | {"organisation_id": department.id, "handover_event_id": hidden}
    path = f"/projects/{officer.made('/projects', values)['id']}"
    own = caller(organisation_id=department.id)
    seen = own.get(path).json
    assert (seen["handover_event_id"], seen["state"]) == (None, "under_way")
    assert own.get("/projects?state=handed_over").json == []
    refused = own.patch(path, {"handover_event_id": hidden})
    unknown = own.patch(path, {"handover_event_id": "0" * 26})
    assert refused.json["errors"].keys() == unknown.json["errors"].keys() == {"handover_event_id"}
    assert own.patch(path, {"decision": "12/QĐ", "handover_event_id": None}).status_code == 200
    assert officer.get(path).json["handover_event_id"] == hidden


# Files


def test_files_of_a_project_follow_its_rights(
    officer: Caller, caller: Callable[..., Caller], department: Organisation, database: Database
) -> None:
    with database.transaction() as session:
        beside = factories.make_organisation(session)
    path = f"/projects/{officer.made('/projects', SCHOOL | {'organisation_id': department.id})['id']}"
    own, others = caller(organisation_id=department.id), caller(Role.OFFICER, organisation_id=beside.id)
    viewer = caller(Role.VIEWER, organisation_id=department.id)
    shared = {"title": "Biên bản nghiệm thu", "kind": "signed", "visibility": "shared"}
    file = sent(own, f"{path}/files", pdf(), "nghiem-thu.pdf", **shared)
    assert file["project_id"] == path.rpartition("/")[2]
    assert [one["id"] for one in own.get(f"{path}/files").json] == [file["id"]]
    for reader in (others, viewer):
        assert reader.get(f"/files/{file['id']}").status_code == 404
        assert reader.get(f"/files/{file['id']}/content").status_code == 404
    assert others.get(f"{path}/files").status_code == 404
    assert viewer.get(f"{path}/files").status_code == 403
    assert send(others, f"{path}/files", pdf(), "x.pdf", **shared).status_code == 404
    made = own.get(path).json
    milestones = [made["milestones"][0] | {"file_id": file["id"]}]
    payments = [made["disbursements"][0] | {"file_id": file["id"]}]
    assert own.patch(path, {"milestones": milestones, "disbursements": payments}).status_code == 200
    # A file of another project is none of this one's.
    second = own.made("/projects", SCHOOL)
    errors = own.patch(f"/projects/{second['id']}", {"milestones": [{"title": {"vi": "x"}, "file_id": file["id"]}]})
    assert set(errors.json["errors"]) == {"milestones.0.file_id"}
    assert own.delete(f"/files/{file['id']}").status_code == 204
    after = own.get(path).json
    assert after["milestones"][0]["file_id"] is None
    assert after["disbursements"][0]["file_id"] is None
    again = sent(own, f"{path}/files", pdf(), "b.pdf", **shared)["id"]
    assert own.delete(path).status_code == 204
    assert own.get(f"/files/{again}").status_code == 404


def test_a_list_takes_as_many_queries_with_three_as_with_one(officer: Caller, database: Database) -> None:
    numbers = []
    for number in range(3):
        officer.made("/projects", SCHOOL | {"handover_event_id": make_handover(database)})
        if number in (0, 2):
            with counted(database) as statements:
                officer.get("/projects")
            numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_the_database_holds_whole_units(officer: Caller, database: Database) -> None:
    officer.made("/projects", SCHOOL)
    with database.transaction() as session:
        (row,) = session.exec(select(Project))
        assert (row.total_amount, type(row.total_amount)) == (15_000_000_000, int)
        assert [one.amount for one in row.disbursement_rows] == [4_000_000_000, 25_050]
