"""A paper that once had a number, or was sent, stays: whatever is deleted, and though the number was taken out."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.documents import KeptDocument
from models.events import Event
from models.files import File, StoredContent
from models.places import Organisation
from models.vocabulary import EventStatus, FileKind
from service.actions import issued_papers
from tests import factories
from tests.factories import NOW
from tests.service.conftest import Caller
from tests.service.documents.test_documents_api import Visit, owner, visit
from tests.service.documents.test_kept_papers import numbered_kind

__all__ = ["numbered_kind", "owner", "visit"]

pytestmark = [
    pytest.mark.usefixtures("as_words", "numbered_kind"),
    pytest.mark.both_databases("papers are kept as JSON, and rows are locked before they are deleted"),
]

PDF = "application/pdf"


def make_file(
    database: Database, event_id: str, kind: FileKind = FileKind.SIGNED, media_type: str = PDF, title: str = "Bản ký"
) -> str:
    with database.transaction() as session:
        if session.get(StoredContent, "0" * 64) is None:
            session.add(StoredContent(sha256="0" * 64, size=1, stored_at=NOW))
            session.flush()
        file = File(
            event_id=event_id, sha256="0" * 64, uploaded_at=NOW, title=title, kind=kind, name="a", size=1,
            media_type=media_type,
        )  # fmt: skip
        session.add(file)
        session.flush()
        return file.id


@pytest.fixture
def report(visit: Visit, owner: Caller) -> str:
    """The address of a letter that is kept."""
    return f"/documents/{owner.made(visit.documents, {'kind': 'report', 'signed_by': visit.chair})['id']}"


def number(owner: Caller, database: Database, visit: Visit, path: str) -> None:
    assert owner.patch(path, {"number": "12/BC"}).status_code == 200


def number_and_take_it_out(owner: Caller, database: Database, visit: Visit, path: str) -> None:
    number(owner, database, visit, path)
    assert owner.patch(path, {"number": None, "issued_on": None}).json["number"] is None


def send(owner: Caller, database: Database, visit: Visit, path: str) -> None:
    with database.transaction() as session:
        session.get_one(Organisation, visit.department).email = "so@example.vn"
    answer = owner.post(f"{path}/send", {"to": [owner.user_id]})
    assert len(answer.json["sent"]) == 1, answer.text


WAYS = [number, number_and_take_it_out, send]
Way = Callable[[Caller, Database, Visit, str], None]


@pytest.mark.parametrize("issue", WAYS)
def test_it_is_never_deleted(owner: Caller, database: Database, visit: Visit, report: str, issue: Way) -> None:
    assert owner.get(report).json["was_issued"] is False
    issue(owner, database, visit, report)
    assert owner.get(report).json["was_issued"] is True
    refused = owner.delete(report)
    assert (refused.status_code, refused.json["code"]) == (409, "numbered")
    assert owner.patch(report, {"was_issued": False}).status_code == 422
    assert owner.patch(report, {"number": "13/BC"}).json["number"] == "13/BC"  # corrected, with the trail


@pytest.mark.parametrize("issue", WAYS)
@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELLED])
def test_its_event_is_not_deleted_either(
    owner: Caller, database: Database, visit: Visit, report: str, issue: Way, status: EventStatus
) -> None:
    issue(owner, database, visit, report)
    with database.transaction() as session:
        session.get_one(Event, visit.event_id).status = status
    refused = owner.call("DELETE", f"/delegations/{visit.event_id}", If_Match="*", Accept_Language="en")
    assert (refused.status_code, refused.json["code"]) == (409, "has_issued_papers")
    assert "Cancel it instead" in refused.json["detail"]
    assert owner.get(report).status_code == 200


def test_history_with_an_issued_paper_is_not_deleted(
    owner: Caller, approver: Caller, database: Database, visit: Visit, report: str
) -> None:
    number(owner, database, visit, report)
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        event.status, event.confirmed_at = EventStatus.COMPLETED, None
    refused = approver.delete(f"/delegations/{visit.event_id}")
    assert (refused.status_code, refused.json["code"]) == (409, "has_issued_papers")


@pytest.mark.parametrize("issue", WAYS)
def test_its_signed_copy_stays_until_it_has_another(
    owner: Caller, database: Database, visit: Visit, report: str, issue: Way
) -> None:
    first, second = make_file(database, visit.event_id), make_file(database, visit.event_id)
    assert owner.patch(report, {"signed_file_id": first}).status_code == 200
    issue(owner, database, visit, report)
    refused = owner.delete(f"/files/{first}")
    assert (refused.status_code, refused.json["code"]) == (409, "signed_copy")
    assert list(owner.patch(report, {"signed_file_id": None}).json["errors"]) == ["signed_file_id"]
    assert owner.patch(report, {"signed_file_id": second}).status_code == 200
    assert owner.delete(f"/files/{first}").status_code == 204
    assert owner.delete(f"/files/{second}").status_code == 409
    assert owner.get(report).json["signed_file_id"] == second


def test_who_signed_and_issued_it_stay(owner: Caller, admin: Caller, database: Database, visit: Visit) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session).id
        person = factories.make_person(session).id
    asked = {"kind": "report", "issued_by": body, "signed_by": person}
    path = f"/documents/{owner.made(visit.documents, asked)['id']}"
    number_and_take_it_out(owner, database, visit, path)
    for thing in (f"/organisations/{body}", f"/people/{person}"):
        assert admin.delete(thing).json["code"] == "in_use"
    assert owner.get(path).status_code == 200


def test_a_merge_takes_it_along(owner: Caller, approver: Caller, database: Database, visit: Visit, report: str) -> None:
    number_and_take_it_out(owner, database, visit, report)
    with database.transaction() as session:
        twin = factories.make_person(session, name="Trần Văn Chung", organisation_id=visit.department)
    assert approver.post(f"/people/{visit.chair}/merge", {"into": twin.id}).status_code in (200, 201)
    assert owner.delete(report).json["code"] == "numbered"


def test_a_draft_goes_with_its_event_and_its_file(owner: Caller, database: Database, visit: Visit, report: str) -> None:
    """What never went out is nobody's record."""
    file = make_file(database, visit.event_id)
    assert owner.patch(report, {"signed_file_id": file}).status_code == 200
    assert owner.delete(f"/files/{file}").status_code == 204
    assert owner.get(report).json["signed_file_id"] is None
    with database.transaction() as session:
        session.get_one(Event, visit.event_id).status = EventStatus.DRAFT
    assert owner.delete(f"/delegations/{visit.event_id}").status_code == 204
    assert owner.get(report).status_code == 404


def test_without_the_guard_it_goes(
    owner: Caller, database: Database, visit: Visit, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    number(owner, database, visit, report)
    with database.transaction() as session:
        session.get_one(Event, visit.event_id).status = EventStatus.DRAFT
    monkeypatch.setattr(issued_papers, "check_deleting", lambda session, row: None)
    assert owner.delete(f"/delegations/{visit.event_id}").status_code == 204
    with database.transaction(write=False) as session:
        assert session.exec(select(KeptDocument)).all() == []


# The signed copy


def test_a_signed_copy_is_a_signed_paper_as_pdf_or_picture(
    owner: Caller, database: Database, visit: Visit, report: str
) -> None:
    for kind, media_type in product(FileKind, [PDF, "image/jpeg", "image/png", "text/plain", "application/zip"]):
        file = make_file(database, visit.event_id, kind, media_type)
        answer = owner.call("PATCH", report, {"signed_file_id": file}, If_Match="*", Accept_Language="en")
        if kind is FileKind.SIGNED and media_type.startswith((PDF, "image/")):
            assert answer.status_code == 200, answer.text
        else:
            assert (answer.status_code, list(answer.json["errors"])) == (422, ["signed_file_id"])
            assert "a PDF or a picture" in answer.text


def test_it_stays_a_signed_paper(owner: Caller, database: Database, visit: Visit, report: str) -> None:
    file = make_file(database, visit.event_id)
    other: dict[str, Any] = {"kind": "letter"}
    assert owner.patch(report, {"signed_file_id": file}).status_code == 200
    refused = owner.patch(f"/files/{file}", other)
    assert (refused.status_code, refused.json["code"]) == (409, "signed_copy")
    assert owner.patch(f"/files/{file}", {"title": "Bản đã ký", "kind": "signed"}).status_code == 200
    assert owner.patch(report, {"signed_file_id": None}).status_code == 200
    assert owner.patch(f"/files/{file}", other).status_code == 200
