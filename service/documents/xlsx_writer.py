"""Write the tables of a paper as an .xlsx file, a sheet each.

Cards, seating plans and charts are left out: a spreadsheet has the tables that say the same. Every text stays a text,
whatever it begins with, and nothing is linked or hidden. What is reckoned are numbers that a table says follow from
others of it (:class:`~calendars.documents.value.Column`); formulas name cells only, never words of the paper.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

from calendars.days.formatting import format_day, names_of_months
from calendars.documents.value import (
    Align,
    CellKind,
    Column,
    Document,
    Heading,
    Items,
    Paper,
    Paragraph,
    Reckoning,
    Row,
    Table,
    Text,
    plain,
)
from calendars.people.names import is_lao
from models.i18n import N_, translate
from models.text import clean, shorten
from models.vocabulary import Language

MOST_OF_A_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""

MOST_OF_A_NAME = 31
"""UTF-16 units of a sheet's name."""

LATIN_FACE, LAO_FACE = "Times New Roman", "Phetsarath OT"
FACE_SIZE = 11

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a spreadsheet's own times have no zone
"""When every file says that it was made: the same paper is the same bytes."""

_A4, _A6 = 9, 70
_CHARACTERS = {Paper.PORTRAIT: 92, Paper.LANDSCAPE: 136, Paper.POCKET: 46}
"""How many characters stand beside each other on a sheet."""

_NARROWEST, _WIDEST = 4.0, 255.0
_LINE_HEIGHT = 15.5
_MOST_LINES = 25
"""A row is at most 409 points high."""

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = {"history"}
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_FRACTION = re.compile(r"-?(0|[1-9]\d{0,14})[.,]\d{1,6}")
_MOST_DIGITS = 15
_GROUPED = re.compile(r"-?[1-9]\d{0,2}([.,]\d{3})+")
_GROUPED_FRACTION = re.compile(r"(-?[1-9]\d{0,2}(?:\.\d{3})+,\d{1,6}|-?[1-9]\d{0,2}(?:,\d{3})+\.\d{1,6})")
_WRITTEN_DAY = re.compile(r"(\d{1,2})[/ ](\d{1,2}|[^\d\s]+)[/ ](\d{4})")
_DAY_FORMATS = {Language.VI: "dd/m/yyyy", Language.LO: "[$-454]d mmmm yyyy", Language.EN: "[$-409]d mmmm yyyy"}


def write(document: Document) -> bytes:
    """The tables of a paper; text stays text, whatever it begins with.

    Above each table stand the head, the title and what it is about, and the paragraphs before it; below the last one
    the rest, the recipients and who signs.
    """
    written = BytesIO()
    book = open_workbook(written, title=plain(document.title, " "), author=document.author)
    names = SheetNames()
    sheets = _sheets(document)
    for place, (before, table, after) in enumerate(sheets):
        name = names.of(table.name if table is not None else plain(document.title, " "))
        _SheetWriter(book, name, document, table).write(before, after, is_last=place == len(sheets) - 1)
    book.close()
    return written.getvalue()


Prose = list[tuple[Text, bool]]
"""Texts outside tables, and whether each is a heading."""


def _sheets(document: Document) -> list[tuple[Prose, Table | None, Prose]]:
    """The tables with the texts that stand before each, and behind the last; one sheet without if there are none."""
    sheets: list[tuple[Prose, Table | None, Prose]] = []
    waiting: Prose = []
    for block in document.blocks:
        match block:
            case Table():
                sheets.append((waiting, block, []))
                waiting = []
            case Heading(text=text):
                waiting.append((text, True))
            case Paragraph(text=text):
                waiting.append((text, False))
            case Items(items=items):
                waiting += [(text, False) for text in items]
    if not sheets:
        return [(waiting, None, [])]
    before, table, _after = sheets[-1]
    sheets[-1] = (before, table, waiting)
    return sheets


def open_workbook(target: Any, *, title: str, author: str, is_long: bool = False, scratch: str | None = None) -> Any:
    """A workbook whose texts are never taken for formulas, numbers or links, and which says of itself no more than its
    title and author. ``is_long``: rows are written in order and leave memory at once, into files in ``scratch``."""
    # Not with the module: few requests need it, and it takes time to import.
    from xlsxwriter import Workbook

    options: dict[str, Any] = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        "default_date_format": "dd/mm/yyyy",
        "constant_memory": is_long,
        "in_memory": not is_long,
        "tmpdir": scratch,
    }
    book = Workbook(target, options)
    book.set_properties({"title": clean(title)[:255], "author": clean(author)[:255], "created": MADE})
    book.formats[0].set_font_name(LATIN_FACE)
    book.formats[0].set_font_size(FACE_SIZE)
    return book


@dataclass(slots=True)
class SheetNames:
    """Gives sheets names that spreadsheet programs take: no signs of addresses, not too long, no two alike."""

    taken: set[str] = field(default_factory=set)

    def of(self, wanted: str) -> str:
        """A name as near to what is wanted as can be."""
        base = " ".join(_NOT_IN_A_NAME.sub(" ", clean(wanted)).split()).strip("'") or translate(N_("List"), Language.VI)
        name, number = _cut(base, MOST_OF_A_NAME), 1
        while name.lower() in self.taken | _RESERVED:
            number += 1
            mark = f" ({number})"
            name = _cut(base, MOST_OF_A_NAME - len(mark)) + mark
        self.taken.add(name.lower())
        return name


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.rstrip().rstrip("'")


def text_of_cell(text: str) -> str:
    """A text as a cell holds it: without control characters, and not too long."""
    return shorten(clean(text), MOST_OF_A_CELL)


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **wanted: Any) -> Any:
        """A format with these properties; texts wrap, and stand at the top of their cells."""
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            shared = {"text_wrap": True, "valign": "top", "font_name": LATIN_FACE, "font_size": FACE_SIZE}
            self._made[key] = self._book.add_format(shared | wanted)
        return self._made[key]


def print_setup(sheet: Any, paper: Paper, heading_row: int | None) -> None:
    """Print on A4 (a pocket programme on A6), as wide as a page, the heading again on every page, pages numbered."""
    if paper is Paper.LANDSCAPE:
        sheet.set_landscape()
    sheet.set_paper(_A6 if paper is Paper.POCKET else _A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.75)
    sheet.set_footer("&C&P / &N")
    if heading_row is not None:
        sheet.repeat_rows(heading_row)


class _SheetWriter:
    """Writes one sheet: what stands above the table, the table, what stands below."""

    def __init__(self, book: Any, name: str, document: Document, table: Table | None) -> None:
        self._sheet = book.add_worksheet(name)
        self._formats = Formats(book)
        self._document = document
        self._table = table
        self._widths = _widths(table.columns if table else (), document.paper)
        self._row = 0

    def write(self, before: Prose, after: Prose, *, is_last: bool) -> None:
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, width)
        self._head()
        for text, is_heading in before:
            self._across(text, bold=is_heading)
        heading_row = self._write_table() if self._table is not None else None
        if is_last:
            for text, is_heading in after:
                self._across(text, bold=is_heading)
            self._foot()
        print_setup(self._sheet, self._document.paper, heading_row)

    def _head(self) -> None:
        head = self._document.head
        self._beside(head.superior, head.state, bold=False)
        self._beside(head.issuer, head.motto, bold=True)
        self._beside(head.number, head.place_and_date, bold=False)
        self._beside(head.subject, (), bold=False)
        if self._row:
            self._row += 1
        self._across(self._document.title, bold=True, align=Align.CENTRE)
        self._across(self._document.abstract, bold=True, align=Align.CENTRE)
        self._across(self._document.addressee, align=Align.CENTRE)
        if self._row:
            self._row += 1

    def _foot(self) -> None:
        document = self._document
        if document.recipients or document.signatures:
            self._row += 1
        signed = [
            text for signature in document.signatures for text in (*signature.authority, signature.name) if any(text)
        ]
        for place in range(max(len(document.recipients), len(signed))):
            left = document.recipients[place] if place < len(document.recipients) else ()
            right = signed[place] if place < len(signed) else ()
            self._beside(left, right, bold=False, left_align=Align.LEFT)

    def _write_table(self) -> int:
        table, heading_row = self._table, self._row
        assert table is not None  # noqa: S101 - asked by the caller
        for place, column in enumerate(table.columns):
            self._cell(place, column.heading, CellKind.TEXT, bold=True, align="center", valign="vcenter", border=1)
        self._row += 1
        first_row = self._row
        for row in table.rows:
            self._table_row(table, row, first_row)
        return heading_row

    def _table_row(self, table: Table, row: Row, first_row: int) -> None:
        if row.group:
            self._across(row.cells[0] if row.cells else (), bold=True, border=1)
            return
        for place, (column, text) in enumerate(zip(table.columns, row.cells, strict=True)):
            formula = self._formula(table, row, place, first_row)
            self._cell(place, text, column.kind, formula, align=_aligned(column.align), border=1)
        self._row += 1

    def _formula(self, table: Table, row: Row, place: int, first_row: int) -> str | None:
        """The formula of a cell, where its number follows from others of the table as its column says."""
        column = table.columns[place]
        stated = _known_value(row.cells[place], column.kind)
        if stated is None or isinstance(stated[0], date):
            return None
        if row.total:
            if not column.summed or self._row == first_row:
                return None
            by, over = (_cells(one, first_row, self._row - 1) for one in (table.total_by, place))
            return f"=SUMIF({by},{_cell_name(table.total_by, self._row)},{over})"
        if column.reckoning is None:
            return None
        found = [_known_value(row.cells[one], table.columns[one].kind) for one in column.of]
        numbers = [one[0] for one in found if one is not None and not isinstance(one[0], date)]
        if len(numbers) != len(column.of) or not numbers:
            return None
        value = Decimal(stated[0])
        places = -int(value.as_tuple().exponent)
        if _reckoned(column.reckoning, numbers, places) != value:
            return None
        cells = [_cell_name(one, self._row) for one in column.of]
        sign = "*" if column.reckoning is Reckoning.PRODUCT else "-"
        return f"=ROUND({sign.join(cells)},{places})"

    def _cell(self, place: int, text: Text, kind: CellKind, formula: str | None = None, **wanted: Any) -> None:
        known = _known_value(text, kind)
        if known is not None:
            value, number_format = known
            form = self._formats.of(**wanted, num_format=number_format)
            if formula is not None:
                self._sheet.write_formula(self._row, place, formula, form, value)
                return
            (self._sheet.write_datetime if isinstance(value, date) else self._sheet.write_number)(
                self._row, place, value, form
            )
            return
        form = self._formats.of(**(_face(text) | wanted))
        if any(text):
            self._sheet.write_string(self._row, place, text_of_cell(plain(text)), form)
        else:
            self._sheet.write_blank(self._row, place, None, form)

    def _across(self, text: Text, *, align: Align = Align.LEFT, **wanted: Any) -> None:
        """A text over the whole width."""
        if any(text):
            self._merged(0, len(self._widths) - 1, text, align, **wanted)
            self._row += 1

    def _beside(self, left: Text, right: Text, *, bold: bool, left_align: Align = Align.CENTRE) -> None:
        """Two texts beside each other, below each other where the table has one column only."""
        middle = len(self._widths) // 2
        if middle == 0:
            self._across(left, bold=bold)
            self._across(right, bold=bold)
            return
        if any(left):
            self._merged(0, middle - 1, left, left_align, bold=bold)
        if any(right):
            self._merged(middle, len(self._widths) - 1, right, Align.CENTRE, bold=bold)
        if any(left) or any(right):
            lines = [
                _lines(left, sum(self._widths[:middle])),
                _lines(right, sum(self._widths[middle:])),
            ]
            self._sheet.set_row(self._row, _LINE_HEIGHT * max(lines))
            self._row += 1

    def _merged(self, first: int, last: int, text: Text, align: Align, **wanted: Any) -> None:
        asked = {name: value for name, value in wanted.items() if value}
        form = self._formats.of(**(_face(text) | asked | {"align": _aligned(align)}))
        words = text_of_cell(plain(text))
        if first == last:
            self._sheet.write_string(self._row, first, words, form)
        else:
            self._sheet.merge_range(self._row, first, self._row, last, "", form)
            self._sheet.write_string(self._row, first, words, form)
        # Programs fit the height of a row to its text, but not where cells are merged.
        self._sheet.set_row(self._row, _LINE_HEIGHT * _lines(text, sum(self._widths[first : last + 1])))


def _cell_name(column: int, row: int) -> str:
    """``$C7`` for the third column of the seventh row; columns and rows count from 0."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, col_abs=True))


def _cells(column: int, first: int, last: int) -> str:
    """The cells of a column from one row to another."""
    return f"{_cell_name(column, first)}:{_cell_name(column, last)}"


def _reckoned(reckoning: Reckoning, numbers: Sequence[Any], places: int) -> Decimal:
    """What a formula gives, rounded as spreadsheets round: half away from zero."""
    first, *others = map(Decimal, numbers)
    for other in others:
        first = first * other if reckoning is Reckoning.PRODUCT else first - other
    return first.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _widths(columns: Sequence[Column], paper: Paper) -> list[float]:
    """The columns' widths in characters; one column as wide as the sheet where there are none."""
    room, shares = _CHARACTERS[paper], sum(column.width for column in columns)
    if not columns:
        return [float(room)]
    return [min(max(room * column.width / shares, _NARROWEST), _WIDEST) for column in columns]


def _lines(text: Text, width: float) -> int:
    """About how many lines a text takes in a cell of so many characters."""
    needed = sum(max(1, math.ceil(len(line) / max(width, 1))) for line in plain(text).split("\n"))
    return min(max(needed, 1), _MOST_LINES)


def _aligned(align: Align) -> str:
    return {Align.CENTRE: "center", Align.RIGHT: "right"}.get(align, "left")


def _face(text: Text) -> dict[str, Any]:
    """The face for a cell's text, bold or in italics where all of it is; a cell has one face only."""
    runs = [run for line in text for run in line if run.text.strip()]
    if not runs:
        return {}
    face: dict[str, Any] = {}
    if all(is_lao(run.text) for run in runs):
        face["font_name"] = LAO_FACE
    if all(run.bold for run in runs):
        face["bold"] = True
    if all(run.italic for run in runs):
        face["italic"] = True
    return face


def _known_value(text: Text, kind: CellKind) -> tuple[Any, str] | None:
    """A number or a date with its format, where a column holds such and the text is one; None: it is a text."""
    if kind is CellKind.TEXT or len(text) != 1:
        return None
    words, language = plain(text).strip(), text[0][0].language if text[0] else Language.VI
    return _number(words, language) if kind is CellKind.NUMBER else _day(words, language)


def _number(words: str, language: Language) -> tuple[Any, str] | None:
    point, group = (".", ",") if language is Language.EN else (",", ".")
    if _WHOLE.fullmatch(words):
        return int(words), "0"
    if _GROUPED.fullmatch(words) and point not in words:
        ungrouped = words.replace(group, "")
        return (int(ungrouped), "#,##0") if len(ungrouped) <= _MOST_DIGITS else None
    if _GROUPED_FRACTION.fullmatch(words) and words.rpartition(point)[2].isdecimal() and point in words:
        ungrouped = words.replace(group, "").replace(point, ".")
        places = len(ungrouped.partition(".")[2])
        return (Decimal(ungrouped), f"#,##0.{'0' * places}") if len(ungrouped) <= _MOST_DIGITS + 1 else None
    if _FRACTION.fullmatch(words) and point in words and len(words) <= _MOST_DIGITS:
        places = len(words.partition(point)[2])
        return Decimal(words.replace(point, ".")), f"0.{'0' * places}"
    return None


def _day(words: str, language: Language) -> tuple[Any, str] | None:
    found = _WRITTEN_DAY.fullmatch(words)
    if found is None:
        return None
    months = [name.lower() for name in names_of_months(language)]
    name = found[2].lower()
    month = int(name) if name.isdecimal() else months.index(name) + 1 if name in months else 0
    try:
        day = date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
    if day.year < 1900 or format_day(day, language) != words:
        return None
    # January and February have two figures in Vietnamese, so that nobody adds one.
    return day, "dd/mm/yyyy" if language is Language.VI and month < 3 else _DAY_FORMATS[language]
