"""Programme and lists of visits of the programme that comes with the service, compared with its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlmodel import select

from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import EVENT_KINDS, compose
from calendars.documents.value import Cards, Document, plain, tables, texts
from calendars.documents.wording import GAP
from calendars.events.composition_names import sort_name
from models.database import Database
from models.events import Event
from models.text import one_line
from models.vocabulary import DocumentKind, EventKind, Language
from service.actions.context import ActionContext
from service.actions.documents.reading import VisitReading
from service.actions.events import events
from tests import factories
from tests.paths import ROOT
from tests.service.conftest import Clock

VI, LO, EN = Language.VI, Language.LO, Language.EN
LANGUAGES: Sequence[tuple[Language, ...]] = ((VI,), (LO,), (VI, LO), (EN,))
KINDS = (
    DocumentKind.PROGRAMME,
    DocumentKind.PROGRAMME_POCKET,
    DocumentKind.MEMBERS,
    DocumentKind.HOSTS,
    DocumentKind.NAME_PLATES,
    DocumentKind.BADGES,
    DocumentKind.RESIDENCE,
    DocumentKind.GIFTS,
)
VISITS = {
    "incoming": "2024-09-18-signing-visit",
    "outgoing": "2024-03-07-working-visit",
    "batch": "2027-sports-training",
    "phases": "2027-pupils-first-intake",
    "troupe": "2027-04-troupe-pi-mai",
    "ceremony": "2027-07-18-treaty-50",
}


@cache
def files() -> tuple[dict[str, Any], dict[str, Any]]:
    """The events and people of the programme's files, by key."""
    planned: dict[str, Any] = {}
    people: dict[str, Any] = {}
    for path in sorted((ROOT / "seed" / "programme").glob("*.yaml")):
        held = yaml.safe_load(path.read_text())
        planned |= {one["key"]: one for one in held.get("events", ())}
        people |= {one["key"]: one for one in held.get("people", ())}
    return planned, people


@dataclass
class Known:
    """A visit as its file has it, and the facts that were read of it."""

    file: dict[str, Any]
    facts: DocumentFacts

    def paper(self, kind: DocumentKind, languages: Sequence[Language]) -> Document:
        return compose(kind, self.facts, languages).document


@pytest.fixture(params=VISITS.values(), ids=VISITS)
def known(
    request: pytest.FixtureRequest, app: Flask, seeded: None, database: Database, clock: Clock
) -> Iterator[Known]:
    file = files()[0][request.param]
    with database.transaction(write=False) as session:
        found = [one for one in session.exec(select(Event)) if one.title["vi"] == one_line(file["title"]["vi"])]
        (here,) = [one for one in found if str(one.first_day) == str(file["first_day"])]
        event = events.find_event(session, here.id)
        act = ActionContext(None, clock.now, factories.OFFICE)
        yield Known(file, VisitReading.load(session, act, event).facts())


def words(document: Document) -> str:
    return "\n".join(plain(text) for text in texts(document))


def said(text: Any, language: Language) -> str:
    """How a paper says a text of a file: in the language, or with a gap before what is known."""
    if own := text.get(language):
        return one_line(own)
    return f"{GAP} ({one_line(text.get('vi') or text['en'])})"


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_papers_say_what_the_file_says(known: Known, languages: Sequence[Language]) -> None:
    programme, pocket = (
        words(known.paper(kind, languages)) for kind in (DocumentKind.PROGRAMME, DocumentKind.PROGRAMME_POCKET)
    )
    for language in languages:
        for told in (programme, pocket):
            assert said(known.file["title"], language) in told
            for item in known.file.get("programme", ()):
                assert said(item["title"], language) in told
                assert said(item["place"], language) in told
        for name in ("occasion", "subject"):
            assert name not in known.file or said(known.file[name], language) in programme
        for item in known.file.get("programme", ()):
            for name in ("hosted_by", "attendees"):
                assert name not in item or said(item[name], language) in programme
        for evening in known.file.get("performances", ()):
            assert said(evening["title"], language) in programme
            assert said(evening["venue"], language) in programme
            assert evening["time"] in programme
        for phase in known.file.get("phases", ()):
            assert said(phase["title"], language) in programme
    for sort, number in known.file.get("composition", {}).items():
        for language in languages:
            assert f"{sort_name(sort)[language.value]}: {number}" in programme


def test_programmes_have_as_many_rows_as_the_file_has_items(known: Known) -> None:
    listed = [
        row for table in tables(known.paper(DocumentKind.PROGRAMME, (VI,))) for row in table.rows if not row.group
    ]
    parts = ("programme", "performances", "phases")
    assert len(listed) == (sum(len(known.file.get(one, ())) for one in parts) or 1)  # a gap without any


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_everybody_of_the_file_is_listed_once(known: Known, languages: Sequence[Language]) -> None:
    people = files()[1]
    listed = [known.paper(kind, languages) for kind in (DocumentKind.MEMBERS, DocumentKind.HOSTS)]
    found = [plain(row.cells[1], " | ") for one in listed for table in tables(one) for row in table.rows]
    told = "\n".join(map(words, listed))
    names = [people[one["person"]]["name"] for one in known.file.get("members", ())]
    for name in names:
        assert sum(name in one for one in found) == 1, (name, found)
    for member in known.file.get("members", ()):
        assert all(said(people[member["person"]]["position"], language) in told for language in languages)
    assert len(found) == len(names)


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_of_the_programme_is_whole(known: Known, kind: DocumentKind, languages: Sequence[Language]) -> None:
    applies = EVENT_KINDS[kind].applies
    if applies is not None and not applies(known.facts):
        assert kind is DocumentKind.RESIDENCE
        assert known.facts.visit.host.country != "VN"
        return
    document = known.paper(kind, languages)
    assert plain(document.title) or any(isinstance(block, Cards) for block in document.blocks)
    for table in tables(document):
        assert all(len(row.cells) == (1 if row.group else len(table.columns)) for row in table.rows)


def test_what_the_sources_do_not_tell_is_missing_and_not_made_up(known: Known) -> None:
    told = compose(DocumentKind.MEMBERS, known.facts, (VI, LO)).missing
    listed = [one for one in known.facts.members if one.side.value == "guest"]
    codes = [one.code for one in told]
    # The sources give no name in Lao script and none as in the passport.
    assert codes.count("name_latin") == len(listed)
    assert codes.count("name_in_script") == len(listed)
    assert ("members" in codes) is (not listed)
    if known.facts.visit.kind is EventKind.DELEGATION:
        assert "head" not in codes


@pytest.mark.parametrize("kind", [DocumentKind.PROGRAMME, DocumentKind.MEMBERS, DocumentKind.GIFTS])
def test_papers_have_the_names_of_the_day(known: Known, kind: DocumentKind) -> None:
    """Hải Dương carries on as Hải Phòng since 1 July 2025."""
    head = plain(known.paper(kind, (VI,)).head.issuer)
    is_before = known.facts.visit.first_day.year == 2024
    assert ("HẢI DƯƠNG" in head, "HẢI PHÒNG" in head) == (is_before, not is_before)
