"""A paper as a value: head, title, blocks, signature; renderers write it as .docx, .pdf and .xlsx.

Nothing here knows a file format, and nothing of it is markup: every string is text as people read it. The same value
gives the same words in every format; a test reads the files back and compares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.vocabulary import DocumentKind, Language


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text on one line, in one language and face. It holds no line end."""

    text: str
    language: Language
    bold: bool = False
    italic: bool = False


Line = tuple[Run, ...]
"""One line; a renderer may break it where the paper ends."""

Text = tuple[Line, ...]
"""Lines below each other: in a paper of two languages the words of the first, then those of the second."""


class Align(StrEnum):
    """How the lines of a paragraph or a cell stand."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    JUSTIFY = "justify"


class Paper(StrEnum):
    """The sheet: A4 upright or across, and the pocket size of a programme (A6 upright)."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    POCKET = "pocket"


class HeadForm(StrEnum):
    """After which rules the head of a paper is laid out.

    ``STATE``: Decree 30/2020, annex I. ``PARTY``: Guidance 36-HD/VPTW. ``LAO``: the Lao state's. ``PLAIN``: a list
    without a head, only the office's name above.
    """

    STATE = "state"
    PARTY = "party"
    LAO = "lao"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a paper.

    ``superior`` (may be empty) and ``issuer`` stand on the left, ``state`` and ``motto`` on the right (of a Lao paper
    in the middle above all). ``number`` is the line of the number: ``Số: 12/KH-UBND``, with a gap where the clerk has
    not given it; ``subject`` (may be empty) is what a letter is about, below the number. ``place_and_date`` has a gap
    for a day that is not known yet.
    """

    form: HeadForm
    superior: Text = ()
    issuer: Text = ()
    state: Text = ()
    motto: Text = ()
    number: Text = ()
    subject: Text = ()
    place_and_date: Text = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a paper; ``level`` 1 is the highest."""

    text: Text
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``indent``: its first line is moved in (1–1.27 cm)."""

    text: Text
    align: Align = Align.JUSTIFY
    indent: bool = True
    keep_with_next: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short paragraphs with a dash before each, or a number if ``numbered``.

    The last one never stands alone on a page: the one before it keeps with it.
    """

    items: tuple[Text, ...]
    numbered: bool = False


class CellKind(StrEnum):
    """What a column holds; a spreadsheet writes numbers and dates as such."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Reckoning(StrEnum):
    """How a number follows from others of its row: all of them multiplied, or the second taken from the first."""

    PRODUCT = "product"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: ``width`` is its share of the table's width (any positive numbers).

    ``reckoning`` says how its numbers follow from those of the columns ``of``; a spreadsheet reckons them itself where
    they do. ``summed``: rows that are totals (:class:`Row`) have its sum.
    """

    heading: Text
    width: float
    align: Align = Align.LEFT
    kind: CellKind = CellKind.TEXT
    reckoning: Reckoning | None = None
    of: tuple[int, ...] = ()
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: as many cells as the table has columns; a ``group`` has one that takes the whole width (a day, a room).

    A group keeps with the row after it. ``total``: the row sums up the rows before it that have these words in the
    table's column ``total_by`` (a currency).
    """

    cells: tuple[Text, ...]
    group: bool = False
    total: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading repeated on every page, and no row broken over two.

    ``name`` says what it lists (a sheet's name in .xlsx), in the paper's first language.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_by: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A name plate or badge: ``name`` large, ``lines`` (position, body) small, ``mark`` (a diet) in the corner.

    Names of a set have one size, and so have their lines; one that has no room in it is written smaller alone. A mark
    is small, and stands on one half of a plate only: the one that faces its holder.
    """

    name: Text
    lines: tuple[Text, ...] = ()
    mark: str = ""


class CardForm(StrEnum):
    """``PLATE``: a sheet folded into a tent, read from both sides. ``BADGE``: eight on a sheet."""

    PLATE = "plate"
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Cards:
    """Name plates or badges, in order."""

    form: CardForm
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at a table, ``name`` empty if it is free; ``number`` from 1 as the lists say it."""

    number: int
    name: Text = ()


@dataclass(frozen=True, slots=True)
class SeatingPlan:
    """A table seen from above. ``near`` and ``far`` are its long sides from left to right, both as read by who looks at
    the picture; a round table has all seats in ``near``, clockwise from the top."""

    title: Text
    near: tuple[Seat, ...]
    far: tuple[Seat, ...] = ()
    round: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: a label, and one number for each series, None where it is not known."""

    label: Text
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart; ``series`` names its numbers. A chart never stands alone: a table says the same in figures."""

    title: Text
    series: tuple[Text, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Items | Table | Cards | SeatingPlan | Chart | PageBreak


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: ``authority`` lines in capitals (``TM. ỦY BAN NHÂN DÂN``, ``KT. CHỦ TỊCH``, ``PHÓ CHỦ TỊCH``), then
    room for the hand, then the ``name``. ``name`` has a gap where nobody was named."""

    authority: tuple[Text, ...]
    name: Text


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper.

    ``languages`` in the order of its columns. ``title`` is the name of the kind in capitals (``KẾ HOẠCH``; empty for a
    letter), ``abstract`` what it is about. ``addressee`` is who a letter or submission is addressed to, with the words
    before it (``Kính gửi: …``). ``recipients`` stand at the foot on the left, ``signature`` on the right: the first of
    them is the heading (``Nơi nhận:``, bold), each other one has its dash (``- Như trên;``); a renderer adds no words.
    ``signatures`` of both sides stand beside each other. ``author`` is the office's name, for the properties of the
    file. ``following`` are further papers in the same file (a letter to each body): each begins on a new page with its
    own head and is numbered from page 1 anew; they have none of their own, and the properties of the file are the
    first one's.
    """

    kind: DocumentKind
    languages: tuple[Language, ...]
    head: Head
    title: Text
    abstract: Text = ()
    addressee: Text = ()
    blocks: tuple[Block, ...] = ()
    signatures: tuple[Signature, ...] = ()
    recipients: tuple[Text, ...] = ()
    paper: Paper = Paper.PORTRAIT
    author: str = ""
    file_name: str = ""
    made_for: date | None = None
    following: tuple["Document", ...] = ()


def plain(text: Text, between: str = "\n") -> str:
    """The words of a text, its lines parted by ``between``."""
    return between.join("".join(run.text for run in line) for line in text)


def texts(document: Document) -> Iterator[Text]:
    """Every text of a paper, in reading order."""
    head = document.head
    yield from (head.superior, head.issuer, head.state, head.motto, head.number, head.subject, head.place_and_date)
    yield from (document.title, document.abstract, document.addressee)
    for block in document.blocks:
        yield from _of_block(block)
    yield from document.recipients
    for signature in document.signatures:
        yield from (*signature.authority, signature.name)
    for further in document.following:
        yield from texts(further)


def tables(document: Document) -> Sequence[Table]:
    """The tables of a paper and of those that follow it in its file."""
    return [block for paper in (document, *document.following) for block in paper.blocks if isinstance(block, Table)]


def _of_block(block: Block) -> Iterator[Text]:
    match block:
        case Heading(text=text) | Paragraph(text=text):
            yield text
        case Items(items=items):
            yield from items
        case Table(columns=columns, rows=rows):
            yield from (column.heading for column in columns)
            for row in rows:
                yield from row.cells
        case Cards(cards=cards):
            for card in cards:
                yield from (card.name, *card.lines)
        case SeatingPlan(title=title, near=near, far=far):
            yield title
            yield from (seat.name for seat in (*far, *near))
        case Chart(title=title, series=series, bars=bars):
            yield from (title, *series, *(bar.label for bar in bars))
        case PageBreak():
            return
