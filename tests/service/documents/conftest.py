"""Papers of a visit, and files that say the words of a paper, so that tests read what stands in it."""

from typing import Any

import pytest

from calendars.documents import kinds
from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import KindTerms
from calendars.documents.line_ends import NO_BREAK
from calendars.documents.value import Document, Head, HeadForm, Items, Run, Text, plain, texts
from calendars.documents.wording import Wording
from models.database import in_transaction
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.documents import rendering


def line(text: str) -> Text:
    return ((Run(text, Language.VI),),)


class WrittenInATransaction(AssertionError):
    """A file was written while others waited for the transaction to end."""


def spoken(document: Document) -> bytes:
    """The words of a paper, a text a line, all blanks alike; never inside a transaction."""
    if in_transaction():
        raise WrittenInATransaction
    told = "\n".join(words for words in (plain(text, " / ") for text in texts(document)) if words)
    return told.replace(NO_BREAK, " ").encode()


@pytest.fixture
def as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every format is written as the words of the paper: what stands in a paper is decided before it is a file."""
    for one in DocumentFormat:
        monkeypatch.setitem(rendering._WRITERS, one, spoken)


def compose_declaration(facts: DocumentFacts, wording: Wording) -> Document:
    """Who is declared to the police, with passport and birth date where they are known."""
    rows = []
    for one in facts.members:
        held: Any = one.personal
        rows.append(f"{one.person.name}: {held.passport_number if held else '–'}, {held.born_on if held else '–'}")
    return Document(
        DocumentKind.RESIDENCE,
        wording.languages,
        Head(HeadForm.PLAIN),
        line("KHAI BÁO"),
        blocks=(Items(tuple(map(line, rows))),),
    )


@pytest.fixture
def declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper with particulars, as plain as can be."""
    terms = KindTerms("Residence", compose_declaration, is_personal=True)
    monkeypatch.setitem(kinds.EVENT_KINDS, DocumentKind.RESIDENCE, terms)
