"""The blocks of a paper as WordprocessingML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from calendars.documents.value import (
    Align,
    Block,
    Cards,
    CellKind,
    Chart,
    Column,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Row,
    Run,
    Seat,
    SeatingPlan,
    Table,
    Text,
    plain,
)
from models.vocabulary import Language
from service.documents import docx_tables, figures
from service.documents.docx_figures import Picture, drawing
from service.documents.docx_styles import DASH_LIST, SheetMeasures
from service.documents.docx_tables import JUSTIFICATION, Cell
from service.documents.docx_text import line, lines, paragraph, paragraphs, twips

_BREAK = (
    '<w:p><w:pPr><w:pStyle w:val="TableText"/><w:keepNext/><w:pageBreakBefore/>'
    '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
)
"""Begins a page rather than ending one: a break behind a full page would stand on a page of its own."""
_TALLEST = 0.7
"""The share of a page's height that a picture takes at most: what stands above it keeps with it."""
_HIGHEST, _LOWEST = 1, 3
POINTS_OF_MM = 72 / 25.4


@dataclass(slots=True)
class Body:
    """What the blocks of a file share: how many numbered lists there were, and the pictures that stand in it."""

    numbered: int = 0
    pictures: list[Picture] = field(default_factory=list)

    def blocks(self, blocks: Sequence[Block], sheet: SheetMeasures) -> str:
        """Blocks, but for cards, one after the other."""
        return "".join(self.block(block, sheet, blocks) for block in blocks)

    def block(self, block: Block, sheet: SheetMeasures, beside: Sequence[Block]) -> str:
        """One block; ``beside`` are all of its paper."""
        match block:
            case Heading(text=text, level=level):
                return paragraph(f"Heading{min(max(level, _HIGHEST), _LOWEST)}", lines(text))
            case Paragraph():
                return _paragraphs(block)
            case Items(items=items, numbered=numbered):
                return self._items(items, is_numbered=numbered)
            case Table():
                return docx_tables.table(block, sheet)
            case SeatingPlan():
                return self._seating(block, sheet, beside)
            case Chart():
                return self._chart(block, sheet, beside)
            case PageBreak():
                return _BREAK
        return ""

    def _items(self, items: Iterable[Text], *, is_numbered: bool) -> str:
        number, style = DASH_LIST, "ListBullet"
        if is_numbered:
            self.numbered += 1
            number, style = DASH_LIST + self.numbered, "ListNumber"
        more = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        told = [text for text in items if text]
        return "".join(
            paragraph(style, lines(text), ("<w:keepNext/>" if place == len(told) - 1 else "") + more)
            for place, text in enumerate(told, 1)
        )

    def _figure(self, block: SeatingPlan | Chart, sheet: SheetMeasures, described: str) -> str:
        """The title of a block as text, and its picture, which does not say it again but as its alternative text."""
        content = figures.png(replace(block, title=()), round(sheet.text_width * POINTS_OF_MM))
        room = sheet.text_width, sheet.text_height * _TALLEST
        picture = Picture.fitted(len(self.pictures) + 1, content, room, described)
        self.pictures.append(picture)
        return paragraph("FigureText", lines(block.title)) + paragraph("FigureText", drawing(picture), "<w:keepNext/>")

    def _seating(self, block: SeatingPlan, sheet: SheetMeasures, beside: Sequence[Block]) -> str:
        seats = [*block.far, *block.near]
        described = "; ".join(
            [plain(block.title, " / "), *(f"{one.number}. {plain(one.name, ' / ')}" for one in seats)]
        )
        made = self._figure(block, sheet, described)
        is_listed = _is_told([one.name for one in seats if one.name], beside)
        return made if is_listed else made + _seats(seats, sheet)

    def _chart(self, block: Chart, sheet: SheetMeasures, beside: Sequence[Block]) -> str:
        names = [plain(name, " / ") for name in block.series]
        told = [
            f"{plain(bar.label, ' / ')}: "
            + ", ".join(f"{name} {_figure_in_words(value)}" for name, value in zip(names, bar.values, strict=False))
            for bar in block.bars
        ]
        described = "; ".join([plain(block.title, " / "), *told])
        made = self._figure(block, sheet, described)
        return (
            made
            if _is_told([*block.series, *(bar.label for bar in block.bars)], beside)
            else made + _figures(block, sheet)
        )


def is_cards(block: Block) -> TypeGuard[Cards]:
    """Whether a block takes whole sheets."""
    return isinstance(block, Cards)


def _paragraphs(block: Paragraph) -> str:
    style = "BodyTextFirstIndent" if block.indent else "BodyText"
    more = "<w:keepNext/>" if block.keep_with_next else ""
    more += f'<w:jc w:val="{JUSTIFICATION[block.align]}"/>'
    return paragraphs(style, block.text, more)


def _seats(seats: Sequence[Seat], sheet: SheetMeasures) -> str:
    """The seats as a list of numbers and names, two beside each other."""
    narrow, wide = docx_tables.widths([1, 7, 1, 7], twips(sheet.text_width))[:2]
    cells = [
        [
            Cell(narrow, paragraph("TableText", line((_number(one),)), '<w:jc w:val="right"/>')),
            Cell(wide, paragraphs("TableText", one.name) or paragraph("TableText", "")),
        ]
        for one in seats
    ]
    empty = [Cell(narrow, paragraph("TableText", "")), Cell(wide, paragraph("TableText", ""))]
    cells += [empty] * (len(cells) % 2)
    rows = [first + second for first, second in zip(cells[::2], cells[1::2], strict=True)]
    return docx_tables.plain_table(rows) + docx_tables.after_table(120)


def _number(one: Seat) -> Run:
    return Run(f"{one.number}.", Language.VI)


def _figures(block: Chart, sheet: SheetMeasures) -> str:
    """What a chart shows as a table."""
    columns = (
        Column((), 3),
        *(Column(name, 1, Align.RIGHT, CellKind.NUMBER) for name in block.series),
    )
    rows = tuple(
        Row((bar.label, *(((Run(_figure_in_words(value), Language.VI),),) for value in bar.values)))
        for bar in block.bars
    )
    return docx_tables.table(Table("", columns, rows), sheet)


def _figure_in_words(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _is_told(words: Iterable[Text], beside: Sequence[Block]) -> bool:
    """Whether a table of the paper has every word of a figure, as it should."""
    told = {plain(text) for one in beside if isinstance(one, Table) for text in _texts(one)}
    return {plain(text) for text in words} <= told


def _texts(table: Table) -> Iterator[Text]:
    yield from (column.heading for column in table.columns)
    for row in table.rows:
        yield from row.cells
