"""Every kind of paper in every language for visits of the programme that comes with the service, as PDF.

With ``DESK_TEST_PICTURES`` the first pages are kept as one picture, ``papers.png``: a row for each kind.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from sqlmodel import select

from calendars.documents.facts import BookingFacts, DocumentFacts, PlacementFacts, TableSeats
from calendars.documents.kinds import EVENT_KINDS, compose
from calendars.documents.value import Cards, Document, Paper, texts
from models.agreements import Agreement
from models.database import Database
from models.events import Event
from models.text import one_line
from models.vocabulary import Language, ResourceType
from service.actions.context import ActionContext
from service.actions.documents.reading import VisitReading
from service.actions.events import events
from service.documents import pdf_writer
from tests import factories
from tests.paths import ROOT
from tests.service.conftest import Caller, Clock
from tests.service.documents.pdf_reading import pages, pictures, squeezed
from tests.service.documents.test_seed_lists import LANGUAGES, VISITS, files

LARGEST = 1_000_000
"""Bytes of the picture."""
CELL = 290
"""Its pages are as large as fits into a square of so many points."""
OFFICE = ("weeks/2027-W12/schedule.pdf", "plans/2027/delegations.pdf", "agreements/AGREEMENT/documents/report.pdf")
EDGES = {Paper.PORTRAIT: (29.9, 14.9, 19.4), Paper.LANDSCAPE: (29.9, 14.9, 19.4), Paper.POCKET: (8.9, 8.9, 9.4)}
"""Millimetres that stay free on the left, on the right, above and below."""


def placed(facts: DocumentFacts) -> DocumentFacts:
    """A visit with two cars, a hotel and a table, and its people in them."""
    people = [one.id for one in facts.members]
    visit = facts.visit

    def booking(number: int, name: dict[str, str], sort: ResourceType, seats: int) -> BookingFacts:
        return BookingFacts(
            f"b{number}", f"r{number}", name, sort, 1, visit.first_day, visit.last_day, time(8), time(17), seats=seats
        )

    bookings = (
        *facts.bookings,
        booking(1, {"vi": "Xe 16 chỗ", "lo": "ລົດ 16 ບ່ອນນັ່ງ", "en": "Minibus"}, ResourceType.VEHICLE, 16),
        booking(2, {"vi": "Xe 45 chỗ", "lo": "ລົດ 45 ບ່ອນນັ່ງ", "en": "Coach"}, ResourceType.VEHICLE, 45),
        booking(
            3, {"vi": "Khách sạn Hữu Nghị", "lo": "ໂຮງແຮມມິດຕະພາບ", "en": "Huu Nghi Hotel"}, ResourceType.LODGING, 2
        ),
    )
    item = facts.programme[0].id if facts.programme else None
    seats: list[str | None] = [*people[:9]]
    seats.insert(min(3, len(seats)), None)
    placements = PlacementFacts(
        vehicles={"b1": people[::2], "b2": people[1::2]},
        rooms={"b3": [people[place : place + 2] for place in range(0, len(people), 2)]},
        tables=(TableSeats(item, "Bàn 1", seats),),
    )
    return replace(facts, bookings=bookings, placements=placements)


@pytest.fixture
def facts_of(app: Flask, seeded: None, database: Database, clock: Clock) -> Callable[[str], DocumentFacts]:
    """The facts of a visit by its key in the programme's files."""

    def read(key: str) -> DocumentFacts:
        told = files()[0][key]
        with database.transaction(write=False) as session:
            found = [one for one in session.exec(select(Event)) if one.title["vi"] == one_line(told["title"]["vi"])]
            (here,) = [one for one in found if str(one.first_day) == str(told["first_day"])]
            act = ActionContext(None, clock.now, factories.OFFICE)
            return placed(VisitReading.load(session, act, events.find_event(session, here.id)).facts())

    return read


def papers_of(facts: DocumentFacts, languages: Sequence[Language]) -> Iterator[Document]:
    """Every paper that the visit has."""
    for kind, terms in EVENT_KINDS.items():
        if terms.applies is None or terms.applies(facts):
            yield compose(kind, facts, languages).document


def check(document: Document) -> None:
    """What holds of every paper: all its words, in faces that have them, between the margins."""
    content = pdf_writer.write(document)
    found = pages(content)
    # PDFium takes a hyphen at the end of a line for one that parts a word.
    whole = re.sub("[-\x02\ufffe]", "", "".join(page.body for page in found))
    for text in texts(document):
        for line in text:
            words = squeezed("".join(run.text for run in line)).replace("-", "")
            assert words in whole, (document.kind, words)
    assert {word.font for page in found for word in page.words} <= {
        "Tinos",
        "Tinos-Bold",
        "Tinos-Italic",
        "Tinos-BoldItalic",
        "NotoSerifLao-Regular",
        "NotoSerifLao-Bold",
    }
    if any(isinstance(block, Cards) for block in document.blocks):
        return
    left, right, edge = EDGES[document.paper]
    for page in found:
        body = [word for word in page.words if word.top > edge - 6 or not word.text.isdigit()]
        outside = [
            word
            for word in body
            if word.left < left or word.right > page.width - right or word.bottom > page.height - edge
        ]
        assert not outside, (document.kind, outside)


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS)
@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_every_paper_of_a_visit(
    facts_of: Callable[[str], DocumentFacts], visit: str, languages: Sequence[Language]
) -> None:
    made = list(papers_of(facts_of(visit), languages))
    assert len(made) >= 8
    for document in made:
        check(document)


def first_pages(
    facts: Mapping[str, DocumentFacts], office: Callable[[str, str], bytes]
) -> Iterator[tuple[str, list[bytes]]]:
    """For each kind its first page in each language, of the first visit that has it."""
    for kind, terms in EVENT_KINDS.items():
        having = [one for one in facts.values() if terms.applies is None or terms.applies(one)]
        if having:
            made = [compose(kind, having[0], languages).document for languages in LANGUAGES]
            yield kind.value, [next(pictures(pdf_writer.write(document), 100)) for document in made]
    for path in (
        "weeks/2027-W12/schedule.pdf",
        "plans/2027/delegations.pdf",
        "agreements/AGREEMENT/documents/report.pdf",
    ):
        contents = [office(path, ",".join(languages)) for languages in LANGUAGES]
        yield path.split("/")[-1], [next(pictures(content, 100)) for content in contents]


def sheet(rows: Sequence[tuple[str, list[bytes]]], beside: int = 2) -> Image.Image:
    """The pages side by side, those of a kind next to each other, ``beside`` kinds in a row."""
    columns = len(LANGUAGES) * beside
    height = -(-len(rows) // beside)
    made = Image.new("L", (columns * CELL, height * (CELL + 12)), 200)
    draw = ImageDraw.Draw(made)
    for place, (name, shown) in enumerate(rows):
        top, left = place // beside * (CELL + 12), place % beside * len(LANGUAGES) * CELL
        draw.text((left + 4, top), name, fill=0)
        for number, content in enumerate(shown):
            page = Image.open(BytesIO(content)).convert("L")
            page.thumbnail((CELL - 6, CELL - 6), Image.Resampling.LANCZOS)
            made.paste(page, (left + number * CELL + 3, top + 12))
    return made


@pytest.mark.skipif("DESK_TEST_PICTURES" not in os.environ, reason="makes the picture of all papers when asked to")
def test_picture_of_all_papers(facts_of: Callable[[str], DocumentFacts], approver: Caller, database: Database) -> None:
    with database.transaction(write=False) as session:
        agreement = session.exec(select(Agreement.id).where(Agreement.signed_on == date(2024, 9, 18))).one()

    def office(path: str, languages: str) -> bytes:
        answer = approver.get(f"/{path.replace('AGREEMENT', agreement)}?language={languages}")
        assert answer.status_code == 200, answer.text
        return answer.data

    made = sheet(list(first_pages({name: facts_of(key) for name, key in VISITS.items()}, office)))
    target = Path(os.environ["DESK_TEST_PICTURES"]) / "papers.png"
    made.quantize(8).save(target, optimize=True)
    assert target.stat().st_size <= LARGEST


def test_picture_of_all_papers_is_there_and_small() -> None:
    kept = ROOT / "docs" / "pictures" / "papers.png"
    assert kept.stat().st_size <= LARGEST
    with Image.open(kept) as shown:
        assert shown.width >= len(LANGUAGES) * CELL
