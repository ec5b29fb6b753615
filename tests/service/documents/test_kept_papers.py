"""Papers that are kept: they never change, say what has changed since, and carry the clerk's number."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.documents import KeptDocument
from models.event_parts import ProgrammeItem
from models.events import Event
from models.files import File, StoredContent
from models.vocabulary import DocumentKind, FileKind, Role, Visibility
from service.actions.documents import kept
from tests import factories
from tests.factories import NOW
from tests.service.conftest import Caller, Clock
from tests.service.documents.test_documents_api import Visit, owner, visit

__all__ = ["owner", "visit"]

pytestmark = [
    pytest.mark.usefixtures("as_words"),
    pytest.mark.both_databases("papers are kept as JSON, and files of theirs are deleted under them"),
]


@pytest.fixture
def paper(visit: Visit, owner: Caller) -> dict[str, Any]:
    made: dict[str, Any] = owner.made(visit.documents, {"kind": "programme", "language": "vi,lo"})
    return made


@pytest.fixture
def numbered_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter, so that there is something with a number."""
    from calendars.documents import heads, kinds
    from calendars.documents.facts import DocumentFacts
    from calendars.documents.kinds import KindTerms
    from calendars.documents.value import Document, Items
    from calendars.documents.wording import Wording
    from tests.service.documents.conftest import line

    def compose(facts: DocumentFacts, wording: Wording) -> Document:
        return Document(
            DocumentKind.REPORT,
            wording.languages,
            heads.head_of(facts, wording, "BC"),
            line("BÁO CÁO"),
            blocks=(Items(tuple(wording.text(task.title, None) for task in facts.tasks)),),  # type: ignore[arg-type]
            signatures=(heads.signature_of(facts, wording),),
        )

    monkeypatch.setitem(kinds.EVENT_KINDS, DocumentKind.REPORT, KindTerms("Report", compose))


def add_item(database: Database, visit: Visit, title: str) -> None:
    with database.transaction() as session:
        session.add(
            ProgrammeItem(event_id=visit.event_id, day=date(2027, 3, 10), start_time=time(10), title={"vi": title})
        )


def test_a_kept_paper_says_who_made_it_when_and_is_not_outdated(
    visit: Visit, owner: Caller, paper: dict[str, Any], database: Database
) -> None:
    assert paper["made_by"] == owner.user_id
    assert paper["made_at"] == NOW.isoformat().replace("+00:00", "Z")
    expected = {"kind": "programme", "language": "vi,lo", "number": None, "issued_on": None, "signed_file_id": None}
    assert {name: paper[name] for name in expected} == expected
    assert (paper["outdated"], paper["differs"]) == (False, [])
    assert owner.get(visit.documents).json["kept"] == [paper]
    assert owner.get(f"/documents/{paper['id']}").json == paper
    with database.transaction(write=False) as session:
        (row,) = session.exec(select(Audit).where(Audit.entity == "document")).all()
    assert (row.action, row.entity_id, row.event_id) == ("create", paper["id"], visit.event_id)
    assert "content" not in row.changes


def test_its_words_never_change_and_it_says_what_would_be_otherwise_today(
    visit: Visit, owner: Caller, paper: dict[str, Any], database: Database
) -> None:
    content = f"/documents/{paper['id']}/content?format=pdf"
    before = owner.get(content).text
    assert "Hội đàm" in before
    add_item(database, visit, "Thăm nhà máy")
    assert owner.get(content).text == before
    now = owner.get(f"/documents/{paper['id']}", Accept_Language="vi").json
    assert now["outdated"] is True
    assert now["differs"] == [{"part": "table", "detail": "Chương trình: đã thêm: Thăm nhà máy."}]
    with database.transaction() as session:
        item = session.exec(select(ProgrammeItem).where(ProgrammeItem.event_id == visit.event_id)).all()[-1]
        session.delete(item)
    assert owner.get(f"/documents/{paper['id']}").json["outdated"] is False


def test_what_changed_of_a_visit_is_told_of_its_plan(visit: Visit, owner: Caller, database: Database) -> None:
    made = owner.made(visit.documents, {"kind": "reception-plan"})
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        event.location = {"vi": "Hội trường tỉnh"}
        factories.make_member(
            session, event, factories.make_person(session, name="Phạm Thị Lan", organisation_id=visit.other)
        )
        factories.make_task(session, event, title={"vi": "Đặt hoa"}, organisation_id=visit.other)
        for item in session.exec(select(ProgrammeItem)).all():
            item.title = {"vi": "Hội đàm cấp cao"}
    found = owner.get(f"/documents/{made['id']}", Accept_Language="vi").json
    assert [one["detail"] for one in found["differs"]] == [
        "Nội dung: “Địa điểm: Hải Dương.”, nay là “Địa điểm: Hội trường tỉnh.”.",
        "Bên đón: đã thêm: Phạm Thị Lan.",
        "Chương trình: đã sửa: Hội đàm → Hội đàm cấp cao.",
        "Phân công nhiệm vụ: đã thêm: Đặt hoa.",
    ]


def test_that_the_visit_changed_makes_no_change_of_the_paper_stale(
    visit: Visit, owner: Caller, paper: dict[str, Any], database: Database
) -> None:
    path = f"/documents/{paper['id']}"
    etag = owner.etag(path)
    add_item(database, visit, "Thăm nhà máy")
    assert owner.etag(path) != etag
    assert owner.delete(path, etag).status_code == 204


@pytest.mark.usefixtures("numbered_kind")
def test_the_clerks_number_stands_in_the_paper_and_it_stays(visit: Visit, owner: Caller) -> None:
    made = owner.made(visit.documents, {"kind": "report", "signed_by": visit.chair})
    path = f"/documents/{made['id']}"
    assert "Số: ……/BC-" in owner.get(f"{path}/content").text
    stale = owner.etag(path)
    answer = owner.patch(path, {"number": "12/BC-SNgV", "issued_on": "2027-03-14"})
    assert answer.status_code == 200, answer.text
    words = owner.get(f"{path}/content").text
    assert "Số: 12/BC-SNgV" in words
    assert "Hải Dương, ngày 14 tháng 3 năm 2027" in words
    assert owner.patch(path, {"number": "13"}, stale).status_code == 412
    refused = owner.delete(path)
    assert (refused.status_code, refused.json["code"]) == (409, "numbered")


@pytest.mark.usefixtures("numbered_kind")
@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("programme", {"number": "1/X"}, "number"),
        ("programme", {"issued_on": "2027-03-01"}, "issued_on"),
        ("report", {"issued_on": "2027-03-01"}, "issued_on"),
        ("report", {"signed_file_id": "01NOFILE"}, "signed_file_id"),
        ("report", {"kind": "programme"}, "kind"),
        ("report", {"content": {}}, "content"),
        ("report", {"number": "x" * 61}, "number"),
    ],
)
def test_what_a_clerk_can_not_enter(visit: Visit, owner: Caller, kind: str, values: dict[str, Any], field: str) -> None:
    made = owner.made(visit.documents, {"kind": kind})
    answer = owner.patch(f"/documents/{made['id']}", values)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize(
    ("second", "values", "status"),
    [
        ({"kind": "report"}, {"number": "12/BC-SNgV", "issued_on": "2027-03-20"}, 409),
        ({"kind": "report"}, {"number": "12/bc-sngv", "issued_on": "2027-12-31"}, 409),
        ({"kind": "submission"}, {"number": "12/BC-SNgV", "issued_on": "2027-03-20"}, 409),
        # The next year counts anew, other bodies count for themselves, a translation goes by the same number.
        ({"kind": "report"}, {"number": "12/BC-SNgV", "issued_on": "2028-01-01"}, 200),
        ({"kind": "report"}, {"number": "13/BC-SNgV", "issued_on": "2027-03-20"}, 200),
        ({"kind": "report", "issued_by": "other"}, {"number": "12/BC-SNgV", "issued_on": "2027-03-20"}, 200),
        ({"kind": "report", "language": "lo"}, {"number": "12/BC-SNgV", "issued_on": "2027-03-20"}, 200),
    ],
)
def test_a_number_is_given_once_by_an_issuer_in_a_year(
    visit: Visit, owner: Caller, second: dict[str, str], values: dict[str, str], status: int
) -> None:
    first = owner.made(visit.documents, {"kind": "report"})
    entered = {"number": "12/BC-SNgV", "issued_on": "2027-03-19"}
    assert owner.patch(f"/documents/{first['id']}", entered).status_code == 200
    asked = second | ({"issued_by": visit.other} if "issued_by" in second else {})
    made = owner.made(visit.documents, asked)
    answer = owner.patch(f"/documents/{made['id']}", values)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json["code"] == "number_taken"
        assert owner.get(f"/documents/{made['id']}").json["number"] is None
        # Taken out of the first, it is free; and the first may always be saved as it is.
        assert owner.patch(f"/documents/{first['id']}", entered).status_code == 200
        assert owner.patch(f"/documents/{first['id']}", {"number": None, "issued_on": None}).status_code == 200
        assert owner.patch(f"/documents/{made['id']}", values).status_code == 200


def test_a_taken_number_names_the_paper_and_its_visit(visit: Visit, owner: Caller, database: Database) -> None:
    with database.transaction() as session:
        department = session.get_one(Event, visit.event_id).organisation_id
        event = factories.make_event(session, title={"vi": "Chuyến sau"}, organisation_id=department)
        later = event.id
    first = owner.made(f"/events/{later}/documents", {"kind": "report"})
    entered = {"number": "12/BC-SNgV", "issued_on": "2027-03-19"}
    assert owner.patch(f"/documents/{first['id']}", entered).status_code == 200
    second = owner.made(visit.documents, {"kind": "report"})
    answer = owner.patch(f"/documents/{second['id']}", entered)
    assert (answer.status_code, answer.json["code"]) == (409, "number_taken")
    assert "Chuyến sau" in answer.json["detail"]
    assert "12/BC-SNgV" in answer.json["detail"]


def test_the_signed_scan_is_a_file_of_the_visit_and_may_be_deleted_of_a_draft(
    visit: Visit, owner: Caller, paper: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        session.add(StoredContent(sha256="0" * 64, size=1, stored_at=NOW))
        session.flush()
        other = factories.make_event(session)
        told = {"title": "x", "kind": FileKind.SIGNED, "name": "a.pdf", "media_type": "application/pdf", "size": 1}
        files = [File(event_id=one, sha256="0" * 64, uploaded_at=NOW, **told) for one in (visit.event_id, other.id)]
        session.add_all(files)
    path = f"/documents/{paper['id']}"
    assert owner.patch(path, {"signed_file_id": files[1].id}).status_code == 422
    assert owner.patch(path, {"signed_file_id": files[0].id}).json["signed_file_id"] == files[0].id
    assert owner.delete(f"/files/{files[0].id}").status_code == 204
    assert owner.get(path).json["signed_file_id"] is None


@pytest.mark.usefixtures("declaration")
def test_papers_with_particulars_are_never_kept(visit: Visit, approver: Caller, database: Database) -> None:
    answer = approver.post(visit.documents, {"kind": "residence"}, Accept_Language="en")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["kind"])
    assert "never kept or mailed" in answer.text
    with database.transaction(write=False) as session:
        assert session.exec(select(KeptDocument)).all() == []


def test_a_kind_that_the_visit_has_not_is_refused_with_those_it_has(visit: Visit, owner: Caller) -> None:
    answer = owner.post(visit.documents, {"kind": "weekly-schedule"})
    assert answer.status_code == 422
    assert "programme" in answer.text


def test_no_more_papers_than_can_be_looked_through(
    visit: Visit, owner: Caller, paper: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 1)
    answer = owner.post(visit.documents, {"kind": "programme"})
    assert (answer.status_code, answer.json["code"]) == (409, "too_many")


def test_a_repeated_request_keeps_one_paper(visit: Visit, owner: Caller) -> None:
    body = {"kind": "programme"}
    first, second = (owner.post(visit.documents, body, Idempotency_Key="k" * 20) for _twice in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert len(owner.get(visit.documents).json["kept"]) == 1


# Who reads and who changes them


def test_kept_papers_are_read_by_who_sees_the_whole_event_and_changed_by_who_may_change_it(
    visit: Visit, owner: Caller, paper: dict[str, Any], caller: Callable[..., Caller], database: Database
) -> None:
    part = caller(Role.OFFICER, organisation_id=visit.other)  # it has a task: it sees the event, not all of it
    with database.transaction() as session:
        body = factories.make_organisation(session)
    stranger = caller(Role.OFFICER, organisation_id=body.id)
    path = f"/documents/{paper['id']}"
    assert part.get(visit.documents).json["kept"] == []
    assert part.get(visit.documents).status_code == 200
    for one in (part, stranger):
        assert one.get(path).status_code == 404
        assert one.get(f"{path}/content").status_code == 404
        assert one.call("PATCH", path, {"number": "1"}, If_Match="*").status_code == 404
        assert one.call("DELETE", path, If_Match="*").status_code == 404
        assert one.post(f"{path}/send", {"to": [visit.chair]}).status_code == 404
    assert stranger.get(visit.documents).status_code == 404
    with database.transaction() as session:
        session.get_one(Event, visit.event_id).visibility = Visibility.PUBLIC
    assert stranger.get(path).status_code == 200  # of a public event its whole office sees all
    assert stranger.call("PATCH", path, {"number": "1"}, If_Match="*").status_code == 403
    assert stranger.post(visit.documents, {"kind": "programme"}).status_code == 403
    assert stranger.post(f"{path}/send", {"to": [visit.chair]}).status_code == 403


def test_papers_that_another_office_kept_are_its_own(
    visit: Visit, owner: Caller, approver: Caller, paper: dict[str, Any], database: Database
) -> None:
    """An event that the operator moved from one office to another does not take them along."""
    with database.transaction() as session:
        theirs = factories.make_organisation(session, locality="vientiane-province")
        factories.make_user(session, Role.APPROVER, organisation_id=theirs.id)
        session.get_one(KeptDocument, paper["id"]).office = "vientiane-province"
    for one in (owner, approver):
        assert one.get(visit.documents).json["kept"] == []
        assert one.get(f"/documents/{paper['id']}").status_code == 404
        assert one.get(f"/documents/{paper['id']}/content").status_code == 404


def test_papers_go_with_their_event(
    visit: Visit, app: Flask, admin: Caller, paper: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        session.delete(session.get_one(Event, visit.event_id))
    with database.transaction(write=False) as session:
        assert session.exec(select(KeptDocument)).all() == []
    assert admin.get(f"/documents/{paper['id']}").status_code == 404


def test_doubles_that_become_one_take_their_papers_along_and_no_word_changes(
    visit: Visit, owner: Caller, approver: Caller, database: Database
) -> None:
    with database.transaction() as session:
        twin = factories.make_person(session, name="Trần Văn Chung", organisation_id=visit.department)
        body = factories.make_organisation(session, name={"vi": "Công an tỉnh Hải Dương"})
    asked = {"kind": "programme", "signed_by": visit.chair, "issued_by": visit.other}
    path = f"/documents/{owner.made(visit.documents, asked)['id']}"
    words = owner.get(f"{path}/content").data
    before = {"signed_by": visit.chair, "issued_by": visit.other}
    for merging, into, after in (
        (f"/people/{visit.chair}/merge", twin.id, before | {"signed_by": twin.id}),
        (f"/organisations/{visit.other}/merge", body.id, before | {"issued_by": body.id}),
    ):
        merged = approver.post(merging, {"into": into}).json
        assert after.items() <= owner.get(path).json.items()
        assert owner.get(f"{path}/content").data == words
        assert approver.post(f"/merges/{merged['id']}/undo").status_code == 200
        assert before.items() <= owner.get(path).json.items()


def test_who_issued_a_kept_paper_can_not_be_deleted(
    visit: Visit, owner: Caller, admin: Caller, database: Database
) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session)
    made = owner.made(visit.documents, {"kind": "programme", "issued_by": body.id})
    assert admin.delete(f"/organisations/{body.id}").json["code"] == "in_use"
    assert owner.delete(f"/documents/{made['id']}").status_code == 204
    assert admin.delete(f"/organisations/{body.id}").status_code == 204


def test_calendars_do_not_change_by_papers(visit: Visit, owner: Caller, clock: Clock) -> None:
    feed = urlsplit(owner.made("/feeds", {"name": "Lịch", "tasks": True, "programme": True})["url"]).path
    before = owner.client.get(feed)
    made = owner.made(visit.documents, {"kind": "programme"})
    clock.move(minutes=1)
    assert owner.delete(f"/documents/{made['id']}").status_code == 204
    after = owner.client.get(feed)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


# Letters to several bodies


@pytest.fixture
def several(visit: Visit, database: Database) -> Visit:
    """A visit in which two bodies have tasks, and a third has one through its officer."""
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        health = factories.make_organisation(session, name={"vi": "Sở Y tế"})
        tourism = factories.make_organisation(session, name={"vi": "Sở Du lịch"})
        guide = factories.make_person(session, name="Lê Thị Hoa", organisation_id=tourism.id)
        factories.make_task(session, event, title={"vi": "Trực cấp cứu"}, organisation_id=health.id)
        factories.make_task(session, event, title={"vi": "Đưa đoàn đi tham quan"}, person_id=guide.id)
        return replace(visit, guest=tourism.id)


def test_a_letter_to_one_body_holds_its_rows_only(several: Visit, owner: Caller) -> None:
    path = f"{several.documents}/assignment-letters.docx"
    everybody = owner.get(path).text
    assert all(one in everybody for one in ("Bảo vệ đoàn", "Trực cấp cứu", "Đưa đoàn đi tham quan"))
    police = owner.get(f"{path}?organisation_id={several.other}").text
    assert "Bảo vệ đoàn" in police
    assert not any(one in police for one in ("Trực cấp cứu", "Sở Y tế", "Đưa đoàn", "Sở Du lịch", "Lê Thị Hoa"))
    tourism = owner.get(f"{path}?organisation_id={several.guest}").text
    assert "Đưa đoàn đi tham quan" in tourism
    assert "Bảo vệ đoàn" not in tourism


def test_letters_in_one_file_have_numbers_one_by_one(several: Visit, owner: Caller) -> None:
    together = owner.made(several.documents, {"kind": "assignment-letters"})
    refused = owner.patch(f"/documents/{together['id']}", {"number": "12"})
    assert list(refused.json["errors"]) == ["number"]
    assert "organisation_id" in refused.text
    alone = owner.made(several.documents, {"kind": "assignment-letters", "organisation_id": several.other})
    assert alone["organisation_id"] == several.other
    answer = owner.patch(f"/documents/{alone['id']}", {"number": "12/CV-SNgV", "issued_on": "2027-03-01"})
    assert answer.status_code == 200, answer.text
    assert "12/CV-SNgV" in owner.get(f"/documents/{alone['id']}/content").text


@pytest.mark.parametrize("kind", ["programme", "report"])
def test_only_letters_to_bodies_are_asked_for_by_body(several: Visit, owner: Caller, kind: str) -> None:
    made = owner.get(f"{several.documents}/{kind}.docx?organisation_id={several.other}")
    kept_one = owner.post(several.documents, {"kind": kind, "organisation_id": several.other})
    for answer in (made, kept_one):
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["organisation_id"])
