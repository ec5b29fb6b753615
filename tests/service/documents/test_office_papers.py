"""The weekly schedule, the plan of delegations and the report on an agreement over the API: what their pages show the
same reader, made anew and never kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlmodel import select

from models.agreements import Agreement, Commitment
from models.database import Database, in_transaction
from models.events import Event
from models.vocabulary import DocumentFormat, EventKind, MemberRole, Role, Visibility
from service.actions.documents import year_plan
from service.documents import rendering
from tests import factories
from tests.service.conftest import Caller
from tests.service.documents.conftest import spoken
from tests.service.web.test_pages import count_queries

pytestmark = pytest.mark.both_databases("papers of a year are read with queries of their own")

MARK = "Hoaphuongdo"
"""Stands only in the texts of the internal event."""

MONDAY = date(2027, 4, 5)
WEEK, PLAN = "/weeks/2027-W14/schedule", "/plans/2027/delegations"


@dataclass
class World:
    """An agreement with a visit of the first department, which is internal, and a public one of another."""

    mine: str
    other: str
    agreement_id: str
    commitment_id: str

    @property
    def report(self) -> str:
        return f"/agreements/{self.agreement_id}/documents/report"

    @property
    def papers(self) -> list[str]:
        return [f"{WEEK}.docx", f"{PLAN}.docx", f"{self.report}.docx?year=2027"]


@pytest.fixture
def world(app: Flask, database: Database) -> World:
    with database.transaction() as session:
        mine = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"})
        other = factories.make_organisation(session, name={"vi": "Sở Y tế"})
        agreement = Agreement(
            title={"vi": "Thỏa thuận hợp tác", "lo": "ຂໍ້ຕົກລົງ"},
            starts_on=date(2024, 1, 1),
            ends_on=date(2028, 12, 31),
        )
        agreement.parties = ["hai-duong", "vientiane-province"]
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id,
            article="2",
            field={"vi": "Giáo dục"},
            title={"vi": "Trao đổi đoàn"},
            activity=EventKind.DELEGATION,
            host="hai-duong",
            guest="vientiane-province",
            frequency_type="per_year",
            frequency_count=1,
        )
        session.add(commitment)
        session.flush()
        known: dict[str, Any] = {
            "first_day": MONDAY,
            "last_day": MONDAY + timedelta(days=1),
            "status": "confirmed",
            "commitment_id": commitment.id,
            "headcount": 7,
        }
        event = factories.make_event(
            session,
            title={"vi": f"Đoàn {MARK}"},
            location={"vi": f"Hội trường {MARK}"},
            purpose={"vi": f"Bàn việc {MARK}"},
            organisation_id=mine.id,
            funded_by="hai-duong",
            budget_amount=123456789,
            budget_currency="VND",
            start_time=time(8, 30),
            **known,
        )
        person = factories.make_person(session, name=f"Trưởng {MARK}")
        factories.make_member(session, event, person, role=MemberRole.HEAD, side="guest")
        factories.make_event(
            session,
            title={"vi": "Đoàn công khai"},
            organisation_id=other.id,
            visibility=Visibility.PUBLIC,
            **known,
        )
        return World(mine.id, other.id, agreement.id, commitment.id)


@pytest.fixture
def owner(caller: Callable[..., Caller], world: World) -> Caller:
    return caller(Role.VIEWER, organisation_id=world.mine)


@pytest.fixture
def outsider(caller: Callable[..., Caller], world: World) -> Caller:
    return caller(Role.VIEWER, organisation_id=world.other)


@pytest.mark.usefixtures("as_words")
def test_each_paper_tells_its_reader_what_they_may_read(world: World, owner: Caller, outsider: Caller) -> None:
    for path in world.papers:
        theirs, others = owner.get(path), outsider.get(path)
        assert (theirs.status_code, others.status_code) == (200, 200), (theirs.text, others.text)
        assert MARK in theirs.text, path
        assert MARK not in others.text, path
        assert "Đoàn công khai" in others.text, path


@pytest.mark.usefixtures("as_words")
def test_who_pays_is_told_to_who_sees_everything(
    world: World, owner: Caller, outsider: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    assert "123.456.789 VND" in owner.get(f"{PLAN}.docx").text
    with database.transaction() as session:
        for event in session.exec(select(Event)).all():
            factories.make_task(session, event, organisation_id=world.other)
    # Who has a task in it reads the visit, and nothing of its money.
    told = outsider.get(f"{PLAN}.docx").text
    assert f"Đoàn {MARK}" in told
    assert f"Trưởng {MARK}" in told
    assert "123.456.789" not in told
    assert "123.456.789" in caller(Role.APPROVER).get(f"{PLAN}.docx").text


@pytest.mark.usefixtures("as_words")
def test_the_report_counts_what_its_reader_may_read(world: World, owner: Caller, outsider: Caller) -> None:
    path = f"{world.report}.docx?year=2027"
    row = "1\n0\n{planned}"
    assert row.format(planned=2) in owner.get(path).text
    assert row.format(planned=1) in outsider.get(path).text


def test_papers_are_files_to_save_and_nothing_keeps_them(world: World, owner: Caller) -> None:
    names = {
        f"{WEEK}.docx?language=vi,lo": "2027-04-05_lich-tuan_Tuan-14_vi-lo.docx",
        f"{PLAN}.xlsx": "2027-01-01_KH-doan_Doan-ra-doan-vao-nam-2027_vi.xlsx",
        f"{world.report}.pdf?language=lo": "2026-11-22_BC-thoa-thuan_Thoa-thuan-hop-tac_lo.pdf",
    }
    for path, name in names.items():
        answer = owner.get(path)
        assert answer.status_code == 200, answer.text
        kind = DocumentFormat(path.partition("?")[0].rpartition(".")[2])
        assert answer.headers["Content-Type"] == rendering.MEDIA_TYPES[kind]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert unquote(answer.headers["Content-Disposition"].partition("''")[2]) == name
        assert answer.data.startswith(b"%PDF" if kind is DocumentFormat.PDF else b"PK")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/weeks/2027-W54/schedule.pdf", 404, "2027-W14"),
        ("/weeks/2027-W00/schedule.pdf", 404, "2027-W14"),
        ("/weeks/2026-W53/schedule.pdf", 200, ""),
        ("/weeks/2027-W53/schedule.pdf", 404, "2027-W14"),
        ("/weeks/2027-14/schedule.pdf", 404, "2027-W14"),
        ("/weeks/1899-W10/schedule.pdf", 404, "1900"),
        ("/weeks/2200-W01/schedule.pdf", 404, "2199"),
        ("/weeks/٢٠٢٧-W14/schedule.pdf", 404, "not_found"),
        ("/weeks/2027-W14/schedule.odt", 404, "docx, pdf, xlsx"),
        ("/weeks/2027-W14/schedule.pdf?language=fr", 422, "vi,lo"),
        ("/weeks/2027-W14/schedule.pdf?year=2027", 422, "year"),
        ("/plans/27/delegations.pdf", 404, "1900"),
        ("/plans/1899/delegations.pdf", 404, "1900"),
        ("/plans/nay/delegations.pdf", 404, "1900"),
        ("/plans/٢٠٢٧/delegations.pdf", 404, "not_found"),
        ("/plans/2027/delegations.csv", 404, "docx, pdf, xlsx"),
        ("/agreements/01NOBODY/documents/report.pdf", 404, "01NOBODY"),
        ("{report}.pdf?year=2023", 422, "2024"),
        ("{report}.pdf?year=2029", 422, "2028"),
        ("{report}.pdf?year=1", 422, "year"),
        ("{report}.pdf?year=abc", 422, "year"),
        ("{report}.odt", 404, "docx, pdf, xlsx"),
    ],
)
def test_what_an_address_names_wrongly_is_told_with_what_is_right(
    world: World, owner: Caller, path: str, status: int, told: str
) -> None:
    answer = owner.get(path.format(report=world.report))
    assert answer.status_code == status, answer.text
    if status != 200:
        assert told in answer.text


def test_nobody_reads_a_paper_without_an_account(world: World, app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for path in world.papers:
        assert client.get(f"/api/v1{path}").status_code == 401


@pytest.mark.usefixtures("as_words")
def test_a_plan_has_what_begins_in_the_year_and_is_not_cancelled(
    world: World, owner: Caller, database: Database
) -> None:
    with database.transaction() as session:
        for title, first, more in (
            ("Đoàn tất niên", date(2026, 12, 31), {"last_day": date(2027, 1, 2)}),
            ("Đoàn đầu năm", date(2027, 1, 1), {"last_day": date(2027, 1, 1)}),
            ("Đoàn cuối năm", date(2027, 12, 31), {"last_day": date(2028, 1, 3)}),
            ("Đoàn đã thôi", date(2027, 5, 5), {"last_day": date(2027, 5, 5), "status": "cancelled"}),
        ):
            factories.make_event(
                session, title={"vi": title}, first_day=first, visibility=Visibility.PUBLIC,
                organisation_id=world.mine, **more,
            )  # fmt: skip
    told = owner.get(f"{PLAN}.docx").text
    assert [one in told for one in ("Đoàn tất niên", "Đoàn đầu năm", "Đoàn cuối năm", "Đoàn đã thôi")] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.usefixtures("as_words")
def test_days_known_to_the_year_are_never_a_day(world: World, owner: Caller, database: Database) -> None:
    with database.transaction() as session:
        factories.make_event(
            session,
            title={"vi": "Đoàn năm ấy"},
            first_day=date(2008, 1, 1),
            last_day=date(2008, 12, 31),
            known_to="year",
            status="completed",
            visibility=Visibility.PUBLIC,
            organisation_id=world.mine,
        )
    told = owner.get("/plans/2008/delegations.docx").text
    assert "năm 2008" in told
    assert "01/01/2008" not in told
    # Nor does it stand in any week of the year.
    assert "Đoàn năm ấy" not in owner.get("/weeks/2008-W01/schedule.docx").text


@pytest.mark.usefixtures("as_words")
def test_places_have_the_names_of_each_visits_day(world: World, admin: Caller, database: Database) -> None:
    merged = {"successor": "hai-phong", "succeeded_on": "2025-07-01"}
    assert admin.patch("/localities/hai-duong", merged).status_code == 200
    with database.transaction() as session:
        for day in (date(2025, 6, 30), date(2025, 7, 1)):
            factories.make_event(
                session, title={"vi": f"Đoàn ngày {day}"}, first_day=day, visibility=Visibility.PUBLIC,
                organisation_id=world.mine,
            )  # fmt: skip
    told = admin.get("/plans/2025/delegations.docx").text
    before, after = (told.index(f"Đoàn ngày {day}") for day in ("2025-06-30", "2025-07-01"))
    assert "Bên đón: Hải Dương" in told[before:after]
    assert "Bên đón: Hải Phòng" in told[after:]
    assert "Bên đón: Hải Dương" not in told[after:]
    first, second = (admin.get(f"/weeks/2025-W{week}/schedule.docx").text for week in (26, 28))
    assert (first.startswith("HẢI DƯƠNG"), second.startswith("HẢI PHÒNG")) == (True, True)
    report = admin.get(f"{world.report}.docx?year=2024").text
    assert "HẢI DƯƠNG" in report
    assert "nay là" not in report
    assert "Hải Dương (nay là Hải Phòng)" in admin.get(f"{world.report}.docx?year=2025").text


def test_a_year_with_too_many_visits_is_refused_by_name(
    world: World, owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(year_plan, "MOST_VISITS", 0)
    answer = owner.get(f"{PLAN}.pdf")
    assert (answer.status_code, answer.json["code"]) == (422, "too_many_rows")
    assert answer.json["errors"]["year"][0].startswith("Năm này có 2 sự kiện")


def test_files_are_written_outside_the_transaction(
    world: World, owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []

    def write(document: Any) -> bytes:
        inside.append(in_transaction())
        return spoken(document)

    for one in DocumentFormat:
        monkeypatch.setitem(rendering._WRITERS, one, write)
    for path in world.papers:
        assert owner.get(path).status_code == 200
    assert inside == [False, False, False]


@pytest.mark.usefixtures("as_words")
def test_papers_are_read_in_as_many_queries_with_one_visit_as_with_four(
    world: World, owner: Caller, database: Database
) -> None:
    before = [count_queries(database, lambda path=path: owner.get(path)) for path in world.papers]  # type: ignore[misc]
    with database.transaction() as session:
        for number in range(3):
            body = factories.make_organisation(session, name={"vi": f"Sở {number}"})
            event = factories.make_event(
                session,
                title={"vi": f"Đoàn thêm {number}"},
                first_day=MONDAY,
                last_day=MONDAY,
                status="confirmed",
                organisation_id=body.id,
                visibility=Visibility.PUBLIC,
                commitment_id=world.commitment_id,
            )
            factories.make_member(session, event, factories.make_person(session), role=MemberRole.HEAD, side="guest")
            factories.make_task(session, event, organisation_id=world.other)
    after = [count_queries(database, lambda path=path: owner.get(path)) for path in world.papers]  # type: ignore[misc]
    for path in world.papers:
        assert "Đoàn thêm 2" in owner.get(path).text
    assert after == before
