"""Papers over the API: which there are, what they lack, making them anew, and what an address may name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from urllib.parse import unquote

import pytest
from sqlmodel import col, select

from calendars.documents.value import Document, Head, HeadForm
from models.accounts import Audit
from models.database import Database
from models.documents import KeptDocument
from models.event_parts import ProgrammeItem
from models.vocabulary import DocumentFormat, DocumentKind, Language, MemberRole, Role
from service.documents import rendering
from tests import factories
from tests.service.conftest import Caller
from tests.service.documents.conftest import WrittenInATransaction, spoken

pytestmark = [
    pytest.mark.usefixtures("as_words"),
    pytest.mark.both_databases("papers are JSON, and their lists are read with queries of their own"),
]


@dataclass
class Visit:
    """A visit of a department with a programme, two members and a task."""

    event_id: str
    department: str
    other: str
    guest: str
    chair: str

    @property
    def documents(self) -> str:
        return f"/events/{self.event_id}/documents"


@pytest.fixture
def visit(app: object, database: Database) -> Visit:
    with database.transaction() as session:
        department = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ"})
        other = factories.make_organisation(session, name={"vi": "Công an tỉnh"})
        guests = factories.make_organisation(session, name={"vi": "Văn phòng"}, locality="vientiane-province")
        event = factories.make_event(
            session, title={"vi": "Đón đoàn Viêng Chăn"}, organisation_id=department.id, first_day=date(2027, 3, 10)
        )
        guest = factories.make_person(session, name="ບຸນມີ ສີສະຫວັດ", organisation_id=guests.id)
        chair = factories.make_person(
            session, name="Trần Văn Chung", organisation_id=department.id, position={"vi": "Giám đốc"}
        )
        factories.make_member(session, event, guest, role=MemberRole.HEAD)
        factories.make_member(session, event, chair)
        factories.make_task(session, event, title={"vi": "Bảo vệ đoàn"}, organisation_id=other.id)
        session.add(
            ProgrammeItem(
                event_id=event.id, day=event.first_day, start_time=time(8, 30), title={"vi": "Hội đàm", "lo": "ພົບປະ"}
            )
        )
        return Visit(event.id, department.id, other.id, guest.id, chair.id)


@pytest.fixture
def owner(caller: Callable[..., Caller], visit: Visit) -> Caller:
    return caller(Role.OFFICER, organisation_id=visit.department)


def kind_of(answer: object, kind: str) -> dict[str, object]:
    (found,) = [one for one in answer.json["kinds"] if one["kind"] == kind]  # type: ignore[attr-defined]
    return dict(found)


def test_the_papers_of_a_visit_say_what_they_lack(visit: Visit, owner: Caller) -> None:
    programme = kind_of(owner.get(visit.documents, Accept_Language="vi"), "programme")
    assert programme["name"] == "Chương trình"
    assert programme["formats"] == ["docx", "pdf", "xlsx"]
    assert programme["languages"] == ["vi", "lo", "en", "vi,lo"]
    assert programme["personal"] is False
    lacking = {(one["code"], one["language"]) for one in programme["missing"]}  # type: ignore[attr-defined]
    assert ("language", "lo") in lacking  # the title has no Lao
    assert ("language", "vi") not in lacking


def test_a_paper_is_made_anew_and_nothing_of_it_is_kept(visit: Visit, owner: Caller, database: Database) -> None:
    answer = owner.get(f"{visit.documents}/programme.docx?language=vi,lo")
    assert answer.status_code == 200
    assert "Hội đàm" in answer.text
    assert "ພົບປະ" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Type"] == rendering.MEDIA_TYPES["docx"]  # type: ignore[index]
    name = unquote(answer.headers["Content-Disposition"].partition("''")[2])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert name == "2027-03-10_CT_Don-doan-Vieng-Chan_vi-lo.docx"
    with database.transaction(write=False) as session:
        assert session.exec(select(KeptDocument)).all() == []
        assert session.exec(select(Audit).where(Audit.entity == "document")).all() == []


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("estimate.docx", 404, "programme"),
        ("nothing.docx", 404, "programme"),
        ("programme.odt", 404, "docx, pdf, xlsx"),
        ("programme.docx?language=fr", 422, "vi,lo"),
        ("programme.docx?language=lo,vi", 422, "vi,lo"),
        ("programme.docx?issued_by=01NOBODY", 422, "01NOBODY"),
        ("programme.docx?signed_by=01NOBODY", 422, "01NOBODY"),
        ("assignment-letters.docx?organisation_id=01NOBODY", 422, "01NOBODY"),
        ("programme.docx?number=12", 422, "number"),
    ],
)
def test_what_an_address_names_wrongly_is_told_with_what_is_right(
    visit: Visit, owner: Caller, address: str, status: int, told: str
) -> None:
    answer = owner.get(f"{visit.documents}/{address}")
    assert answer.status_code == status, answer.text
    assert told in answer.text


def test_who_issues_is_named_or_the_one_in_charge(visit: Visit, owner: Caller) -> None:
    usual = owner.get(f"{visit.documents}/programme.docx").text
    named = owner.get(f"{visit.documents}/programme.docx?issued_by={visit.other}").text
    assert ("SỞ NGOẠI VỤ" in usual, "CÔNG AN TỈNH" in usual) == (True, False)
    assert ("SỞ NGOẠI VỤ" in named, "CÔNG AN TỈNH" in named) == (False, True)


def test_a_visit_of_which_only_the_year_is_known_has_no_papers(
    app: object, database: Database, approver: Caller
) -> None:
    with database.transaction() as session:
        event = factories.make_event(
            session, first_day=date(2008, 1, 1), last_day=date(2008, 12, 31), known_to="year", status="completed"
        )
    assert approver.get(f"/events/{event.id}/documents").json == {"kinds": [], "kept": []}
    assert approver.get(f"/events/{event.id}/documents/programme.docx").status_code == 404


# Papers with particulars


@pytest.fixture
def known_guest(visit: Visit, approver: Caller, database: Database) -> str:
    """A passport number and a day of birth of the guest."""
    put = approver.call("PUT", f"/people/{visit.guest}/passport", {"number": "P1234567", "kind": "official"})
    assert put.status_code == 200, put.text
    put = approver.call("PUT", f"/people/{visit.guest}/particulars", {"born_on": "1970-05-04"})
    assert put.status_code == 200, put.text
    return "P1234567"


@pytest.mark.usefixtures("declaration")
def test_making_a_paper_with_particulars_is_in_the_trail_with_a_reason(
    visit: Visit, approver: Caller, known_guest: str, database: Database
) -> None:
    path = f"{visit.documents}/residence.docx"
    refused = approver.get(f"{path}?reason=")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason"])
    answer = approver.get(f"{path}?reason=C%C3%B4ng+an+y%C3%AAu+c%E1%BA%A7u&language=vi")
    assert answer.status_code == 200
    assert known_guest in answer.text
    assert "1970-05-04" in answer.text
    with database.transaction(write=False) as session:
        (row,) = session.exec(select(Audit).where(Audit.entity == "document")).all()
        session.expunge(row)
    assert (row.action, row.entity_id, row.event_id, row.actor_id) == (
        "make", visit.event_id, visit.event_id, approver.user_id,
    )  # fmt: skip
    assert row.reason == "Công an yêu cầu"
    assert row.changes == {"kind": {"from": None, "to": "residence"}, "language": {"from": None, "to": "vi"}}
    assert approver.get(path).status_code == 200
    with database.transaction(write=False) as session:
        reasons = session.exec(select(Audit.reason).where(Audit.entity == "document").order_by(col(Audit.id))).all()
    assert reasons == ["Công an yêu cầu", "Residence"], "what a paper is for is its own reason"


@pytest.mark.usefixtures("declaration", "known_guest")
def test_particulars_stand_only_in_papers_of_who_may_read_them(visit: Visit, owner: Caller, approver: Caller) -> None:
    """The approver may read them; that an officer's body is in charge of the visit opens nothing."""
    path = f"{visit.documents}/residence.docx?reason=x"
    assert "P1234567" in approver.get(path).text
    theirs = owner.get(path)
    assert theirs.status_code == 200
    assert "P1234567" not in theirs.text


@pytest.mark.usefixtures("declaration")
def test_a_viewer_finds_no_paper_with_particulars(visit: Visit, caller: Callable[..., Caller]) -> None:
    viewer = caller(Role.VIEWER, organisation_id=visit.department)
    assert "residence" not in [one["kind"] for one in viewer.get(visit.documents).json["kinds"]]
    assert viewer.get(f"{visit.documents}/residence.docx?reason=x").status_code == 404


@pytest.mark.usefixtures("declaration")
def test_a_making_that_cannot_be_recorded_is_not_handed_out(
    visit: Visit, approver: Caller, known_guest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.errors import Busy
    from service.http import document_answers

    def busy(*_any: object) -> None:
        raise Busy

    monkeypatch.setattr(document_answers, "record_making", busy)
    answer = approver.get(f"{visit.documents}/residence.docx?reason=x")
    assert answer.status_code == 503
    assert known_guest not in answer.text


def test_a_file_written_inside_a_transaction_would_be_noticed(database: Database) -> None:
    """The negative control of every test here: whoever writes files keeps nobody waiting."""
    paper = Document(DocumentKind.PROGRAMME, (Language.VI,), Head(HeadForm.PLAIN), ())
    assert spoken(paper) == b""
    with database.transaction(), pytest.raises(WrittenInATransaction):
        spoken(paper)


def test_others_write_while_a_paper_is_made(
    visit: Visit, owner: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(document: Document) -> bytes:
        with database.transaction() as session:  # somebody else saves meanwhile
            factories.make_organisation(session)
        return b"made"

    monkeypatch.setitem(rendering._WRITERS, DocumentFormat.PDF, slow)
    assert owner.get(f"{visit.documents}/programme.pdf").data == b"made"
