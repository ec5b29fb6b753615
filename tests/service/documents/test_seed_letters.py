"""Letters of visits of the programme that comes with the service: composed from what is read, and written as files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlmodel import select

from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import EVENT_KINDS, Draft, compose
from calendars.documents.value import Document, plain, tables, texts
from models.database import Database
from models.events import Event
from models.places import Organisation
from models.text import one_line
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions.context import ActionContext
from service.actions.documents.reading import VisitReading, Wanted
from service.actions.events import events
from service.documents.rendering import render
from tests import factories
from tests.service.documents.test_seed_lists import VISITS, files

VI, LO, EN = Language.VI, Language.LO, Language.EN
LANGUAGES: Sequence[tuple[Language, ...]] = ((VI,), (LO,), (VI, LO), (EN,))
LETTERS = (
    DocumentKind.SUBMISSION,
    DocumentKind.DECISION,
    DocumentKind.INVITATION,
    DocumentKind.RECEPTION_PLAN,
    DocumentKind.ASSIGNMENT_LETTERS,
    DocumentKind.REPORT,
)


def read(
    database: Database, key: str, issued_on: date | None = None, issuer: str = "Văn phòng Ủy ban"
) -> DocumentFacts:
    """The facts of a visit whose papers this body (None: the usual one) issues on a day; today is that day."""
    file = files()[0][key]
    with database.transaction(write=False) as session:
        found = [one for one in session.exec(select(Event)) if one.title["vi"] == one_line(file["title"]["vi"])]
        (here,) = [one for one in found if str(one.first_day) == str(file["first_day"])]
        bodies = session.exec(select(Organisation)).all()
        body = next((one for one in bodies if one.name["vi"] == issuer), None)
        today = issued_on or date(2026, 11, 22)
        act = ActionContext(None, datetime(today.year, today.month, today.day, 3, tzinfo=UTC), factories.OFFICE)
        wanted = Wanted(issued_by=body.id if body else None, issued_on=issued_on)
        return VisitReading.load(session, act, events.find_event(session, here.id), [wanted]).facts(wanted)


def made(kind: DocumentKind, facts: DocumentFacts, *languages: Language) -> Draft:
    return compose(kind, facts, languages or (VI,))


def words(document: Document) -> str:
    return "\n".join(plain(text) for text in texts(document))


def possible(facts: DocumentFacts) -> list[DocumentKind]:
    return [kind for kind in LETTERS if (applies := EVENT_KINDS[kind].applies) is None or applies(facts)]


@pytest.mark.parametrize("key", VISITS.values(), ids=VISITS)
def test_every_letter_says_what_the_file_says(app: Flask, seeded: None, database: Database, key: str) -> None:
    """In every language; the seed has all its texts in three, so only names in Lao script are missing."""
    facts = read(database, key)
    file = files()[0][key]
    for kind in possible(facts):
        for languages in LANGUAGES:
            draft = made(kind, facts, *languages)
            said = words(draft.document)
            lacking = [one.detail.to("vi") for one in draft.missing if one.code == "language"]
            assert lacking == [], (kind, languages)
            if kind in {DocumentKind.RECEPTION_PLAN, DocumentKind.SUBMISSION, DocumentKind.REPORT}:
                for item in file.get("programme", ()):
                    assert all(one_line(item["title"][one]) in said for one in languages)
            if kind is DocumentKind.RECEPTION_PLAN:
                for task in file.get("tasks", ()):
                    assert all(one_line(task["title"][one]) in said for one in languages)


@pytest.mark.parametrize("key", VISITS.values(), ids=VISITS)
def test_each_body_of_the_file_has_its_letter(app: Flask, seeded: None, database: Database, key: str) -> None:
    facts = read(database, key)
    document = made(DocumentKind.ASSIGNMENT_LETTERS, facts).document
    written = {}
    for paper in (replace(document, following=()), *document.following):
        rows = [row for table in tables(paper) for row in table.rows]
        written[plain(paper.addressee).removeprefix("Kính gửi: ")] = sorted(plain(row.cells[1]) for row in rows)
    issuer = facts.issuer.body
    ours = {task.body["vi"] for task in facts.tasks if task.body and task.side in (None, facts.visit.own_side)}
    due = {
        body: sorted(one_line(task.title["vi"]) for task in facts.tasks if task.body and task.body["vi"] == body)
        for body in ours
        if issuer is None or body != issuer.name["vi"]
    }
    assert {to: listed for to, listed in written.items() if listed} == due


@pytest.mark.parametrize(
    ("key", "day", "issuer", "place"),
    [
        ("2024-09-18-signing-visit", date(2025, 6, 30), "Ủy ban nhân dân tỉnh Hải Dương", "Hải Dương"),
        ("2027-04-troupe-pi-mai", date(2026, 11, 22), "Ủy ban nhân dân thành phố Hải Phòng", "Hải Phòng"),
        ("2027-04-troupe-pi-mai", date(2025, 7, 1), "Ủy ban nhân dân tỉnh Hải Dương", "Hải Phòng"),
        ("2024-09-18-signing-visit", date(2025, 7, 1), "Sở Y tế tỉnh Hải Dương", "Hải Phòng"),
    ],
)
def test_heads_of_the_merger_follow_the_day(
    app: Flask, seeded: None, database: Database, key: str, day: date, issuer: str, place: str
) -> None:
    """A paper of 1 July 2025 is the successor's, even if its predecessor is chosen; one of the day before is not."""
    facts = read(database, key, day, issuer)
    head = made(DocumentKind.SUBMISSION, facts).document.head
    assert place.upper() in plain(head.issuer) + plain(head.superior)
    assert plain(head.place_and_date).startswith(f"{place}, ngày {day:%d}")
    if "Ủy ban" in issuer:
        assert plain(head.number).endswith("/TTr-UBND")
    else:
        assert plain(head.issuer) == "SỞ Y TẾ"


@pytest.mark.parametrize("document_format", [DocumentFormat.DOCX, DocumentFormat.PDF])
def test_letters_are_written_as_files(
    app: Flask, seeded: None, database: Database, document_format: DocumentFormat
) -> None:
    for key in VISITS.values():
        facts = read(database, key)
        for kind in possible(facts):
            assert len(render(made(kind, facts, VI, LO).document, document_format)) > 4000
