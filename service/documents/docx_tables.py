"""Tables, name plates and badges of a paper as WordprocessingML."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from calendars.documents.value import Align, Card, CardForm, Cards, Column, Row, Run, Table, Text
from models.vocabulary import Language
from service.documents.docx_styles import CARD_SHEET, SheetMeasures
from service.documents.docx_text import lines, longest, paragraph, paragraphs, twips

JUSTIFICATION = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right", Align.JUSTIFY: "both"}
_BORDERS = "".join(
    f'<w:{side} w:val="{{}}" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_NO_BORDERS = f"<w:tblBorders>{_BORDERS.replace('{}', 'nil')}</w:tblBorders>"
_CUTTING_LINES = f"<w:tblBorders>{_BORDERS.replace('{}', 'dashed')}</w:tblBorders>"
_KEEP = "<w:keepNext/>"
_AFTER_TABLE = (
    '<w:p><w:pPr><w:pStyle w:val="TableText"/><w:spacing w:before="0" w:after="0" w:line="{}" w:lineRule="exact"/>'
    '<w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:pPr></w:p>'
)
"""A table ends in a paragraph; this one takes as little room as it is given (twentieths of a point)."""

_CELL_MARGINS = 4.2
"""Millimetres of a cell that its text can't use: 1.9 on each side, and the line."""

PLATE_NAME_SIZES = 60.0, 36.0, 16.0
BADGE_NAME_SIZES = 20.0, 14.0, 8.0
"""Of names on cards, in points: the largest, the least that all of a set may get, the least that a long one gets."""
_PLATE_TEXT_SIZES = 22.0, 18.0, 12.0
_BADGE_TEXT_SIZES = 10.0, 8.0, 5.0
"""The same of the lines below the name."""
_MARK_SIZE = 9.0
BADGE_COLUMNS, BADGE_ROWS = 2, 4
_LINE_OF_POINT = 1.4 * 25.4 / 72
"""Millimetres that a line takes for each point of its size, with the marks above and below Lao letters."""
_SHORTER = 3.0
"""Millimetres by which the rows of cards stay below the sheet's height, for the paragraph after them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table without lines: its width in twips, its paragraphs."""

    width: int
    content: str
    direction: str = ""
    vertical: str = ""


def widths(shares: Sequence[float], whole: int) -> list[int]:
    """Whole twips for shares of a width, which they fill exactly."""
    total = sum(shares)
    edges = [0]
    reached = 0.0
    for share in shares:
        reached += share
        edges.append(round(reached * whole / total))
    return [right - left for left, right in pairwise(edges)]


def _column_widths(of: Table, sheet: SheetMeasures) -> list[int]:
    """The columns in twips by their shares; one in which a word of its heading has no room gets that room from those
    that have more than they need. Word would break the word in the middle."""
    whole = twips(sheet.text_width)
    shared = widths([column.width for column in of.columns], whole)
    needed = [_least(column.heading, sheet.table) for column in of.columns]
    lacking = sum(max(need - width, 0) for need, width in zip(needed, shared, strict=True))
    spare = sum(max(width - need, 0) for need, width in zip(needed, shared, strict=True))
    if not lacking or lacking > spare:
        return shared
    return widths(
        [
            max(need, width) if width <= need else width - (width - need) * lacking / spare
            for need, width in zip(needed, shared, strict=True)
        ],
        whole,
    )


def _least(heading: Text, size: float) -> int:
    """Twips for the widest word of a heading, with the cell's margins; of Lao, written without spaces, none."""
    words = tuple(
        (Run(word, one.language, bold=True),)
        for line in heading
        for one in line
        if one.language is not Language.LO
        for word in one.text.split()
    )
    return twips(longest(words, size) + _CELL_MARGINS) if words else 0


def table(of: Table, sheet: SheetMeasures) -> str:
    """A table with lines: its headings repeated on every page, no row over two, groups with the row after them."""
    whole = twips(sheet.text_width)
    columns = _column_widths(of, sheet)
    headings = "".join(
        _cell(width, paragraphs("TableHeading", column.heading) or paragraph("TableHeading", ""), "center")
        for width, column in zip(columns, of.columns, strict=True)
    )
    rows = "".join(_group(row, whole, len(columns)) if row.group else _row(row, columns, of.columns) for row in of.rows)
    has_headings = any(column.heading for column in of.columns)
    head = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{headings}</w:tr>" if has_headings else ""
    if not head and not rows:
        return ""
    return _framed("TableGrid", "", columns, head + rows) + _AFTER_TABLE.format(120)


def plain_table(rows: Sequence[Sequence[Cell]], *, height: int | None = None, borders: str = _NO_BORDERS) -> str:
    """A table that only places things beside each other; ``height`` of its rows in twips, None: as they need."""
    columns = [cell.width for cell in rows[0]]
    exact = f'<w:trHeight w:val="{height}" w:hRule="exact"/>' if height is not None else ""
    made = "".join(
        f"<w:tr><w:trPr><w:cantSplit/>{exact}</w:trPr>"
        + "".join(_cell(cell.width, cell.content, cell.vertical, cell.direction) for cell in row)
        + "</w:tr>"
        for row in rows
    )
    return _framed("TableNormal", borders, columns, made)


def after_table(height: int = 20) -> str:
    """The paragraph that Word wants behind a table, as low as can be."""
    return _AFTER_TABLE.format(height)


def cards(of: Cards) -> str:
    """Name plates, one a sheet, or badges, eight a sheet."""
    if not of.cards:
        return ""
    return (_plates if of.form is CardForm.PLATE else _badges)(of.cards) + after_table()


_NO_MARGINS = (
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
)


def _framed(style: str, borders: str, columns: Sequence[int], rows: str) -> str:
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/>{borders}'
        f'<w:tblLayout w:type="fixed"/>{_NO_MARGINS if borders == _NO_BORDERS else ""}</w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
        + f"</w:tblGrid>{rows}</w:tbl>"
    )


def _cell(width: int, content: str, vertical: str = "", direction: str = "", span: int = 1) -> str:
    more = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if direction:
        more += f'<w:textDirection w:val="{direction}"/>'
    if vertical:
        more += f'<w:vAlign w:val="{vertical}"/>'
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}</w:tcPr>{content}</w:tc>'


def _row(row: Row, columns: Sequence[int], terms: Sequence[Column]) -> str:
    cells = "".join(
        _cell(
            width,
            paragraphs("TableText", text, f'<w:jc w:val="{JUSTIFICATION[term.align]}"/>') or paragraph("TableText", ""),
        )
        for width, term, text in zip(columns, terms, row.cells, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _group(row: Row, whole: int, span: int) -> str:
    inner = "".join(paragraphs("TableText", text, _KEEP) for text in row.cells) or paragraph("TableText", "", _KEEP)
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cell(whole, inner, span=span)}</w:tr>"


def fitting(text: Text, width: float, largest: float, smallest: float, height: float = 0) -> float:
    """The size in points at which the lines of a text fill no more than a width (and a height) in millimetres."""
    at_one = longest(text, 1.0)
    if not at_one:
        return largest
    if height:
        largest = min(largest, height / (len(text) * _LINE_OF_POINT))
    return max(smallest, min(largest, int(width / at_one * 2) / 2))


def _plates(of: Sequence[Card]) -> str:
    """A sheet for each: two columns, their texts turned so that both stand upright when it is folded between them.

    The mark stands on the half that faces the holder.
    """
    set_of = _CardSet.of(of, (CARD_SHEET.text_height - 20, CARD_SHEET.text_width / 4), _PLATE_SIZES)
    half = twips(CARD_SHEET.text_width / 2)
    pairs = [
        [
            Cell(half, set_of.face(card) + _mark(card.mark), "tbRl", "center"),
            Cell(half, set_of.face(card), "btLr", "center"),
        ]
        for card in of
    ]
    return plain_table(pairs, height=twips(CARD_SHEET.text_height - _SHORTER))


def _badges(of: Sequence[Card]) -> str:
    column = CARD_SHEET.text_width / BADGE_COLUMNS
    height = (CARD_SHEET.text_height - _SHORTER) / BADGE_ROWS
    set_of = _CardSet.of(of, (column - 8, height / 2), _BADGE_SIZES)
    cells = [Cell(twips(column), set_of.face(card) + _mark(card.mark), vertical="center") for card in of]
    cells += [Cell(twips(column), paragraph("CardText", ""))] * (-len(cells) % BADGE_COLUMNS)
    rows = [cells[first : first + BADGE_COLUMNS] for first in range(0, len(cells), BADGE_COLUMNS)]
    return plain_table(rows, height=twips(height), borders=_CUTTING_LINES)


_Sizes = tuple[float, float, float]
_PLATE_SIZES = PLATE_NAME_SIZES, _PLATE_TEXT_SIZES
_BADGE_SIZES = BADGE_NAME_SIZES, _BADGE_TEXT_SIZES


@dataclass(frozen=True, slots=True)
class _CardSet:
    """The sizes of a set of cards, in points: of all names, and of all lines below them.

    A text that has no room in the size of the set is written smaller alone. ``room`` is the width of a text and the
    height of a name in millimetres.
    """

    room: tuple[float, float]
    name: tuple[float, float]
    lines: tuple[float, float]

    @classmethod
    def of(cls, cards: Sequence[Card], room: tuple[float, float], sizes: tuple[_Sizes, _Sizes]) -> "_CardSet":
        """The largest sizes in which everybody has room, but none below the least of a set."""
        (largest, least, smallest), (most, fewest, tiniest) = sizes
        names = [fitting(card.name, room[0], largest, smallest, room[1]) for card in cards]
        below = [fitting(text, room[0], most, tiniest) for card in cards for text in card.lines]
        return cls(
            room,
            (max(least, min(names, default=largest)), smallest),
            (max(fewest, min(below, default=most)), tiniest),
        )

    def face(self, card: Card) -> str:
        """The name, and the lines below it."""
        across, down = self.room
        name = paragraph("CardName", lines(card.name, size=fitting(card.name, across, *self.name, down)))
        return name + "".join(
            paragraph("CardText", lines(text, size=fitting(text, across, *self.lines))) for text in card.lines if text
        )


def _mark(mark: str) -> str:
    """Small, for who serves."""
    if not mark:
        return ""
    content = lines(((Run(mark, Language.VI),),), size=_MARK_SIZE)
    return paragraph("CardText", content, '<w:jc w:val="right"/>')
