"""Read a composed paper back: its words, its tables, what it lacks."""

from calendars.documents.facts import (
    DocumentFacts,
)
from calendars.documents.kinds import compose
from calendars.documents.value import (
    Document,
    Paragraph,
    plain,
    tables,
    texts,
)
from models.vocabulary import DocumentKind, Language
from tests.calendars.documents.listed_visits import (
    VI,
)

KINDS = (
    DocumentKind.PROGRAMME,
    DocumentKind.PROGRAMME_POCKET,
    DocumentKind.MEMBERS,
    DocumentKind.HOSTS,
    DocumentKind.NAME_PLATES,
    DocumentKind.BADGES,
    DocumentKind.VEHICLES,
    DocumentKind.ROOMS,
    DocumentKind.SEATING,
    DocumentKind.RESIDENCE,
    DocumentKind.GIFTS,
)


def made(kind: DocumentKind, facts: DocumentFacts, *languages: Language) -> Document:
    return compose(kind, facts, languages or (VI,)).document


def rows(document: Document, place: int = 0) -> list[list[str]]:
    """The rows of a table, cell by cell; the lines of a cell with a stroke between."""
    return [[plain(cell, " | ") for cell in row.cells] for row in tables(document)[place].rows]


def words(document: Document) -> str:
    return "\n".join(plain(text) for text in texts(document))


def paragraphs(document: Document) -> list[str]:
    return [plain(block.text, " | ") for block in document.blocks if isinstance(block, Paragraph)]


def missing(kind: DocumentKind, facts: DocumentFacts, *languages: Language) -> list[tuple[str, str, Language | None]]:
    return [(one.code, str(one.detail), one.language) for one in compose(kind, facts, languages or (VI,)).missing]
