"""Uploaded and downloaded spreadsheets: rows of clean text cells, within limits, and CSV files.

Row numbers are those a spreadsheet program shows: the first row is 1, and blank rows count although they are skipped.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from models.errors import Invalid
from models.i18n import N_, Message, message
from models.text import one_line
from models.vocabulary import Language

MAX_LINES = 500
"""The maximum number of rows below the header."""
MAX_ROWS = 2_000
"""The last row that may contain anything, blank rows included: this bounds the scan."""
MAX_COLUMNS = 50
MAX_CELL = 1_000

DELIMITERS = ",;\t"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What spreadsheet programs need to see before a text in UTF-8."""

# Cells a program would evaluate, including full-width signs; phone numbers and plain numbers are harmless.
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_HARMLESS = re.compile(r"\+\d[\d .()/-]*|-?\d+(?:[.,]\d+)?")
# A leading apostrophe marks a cell as text, as in spreadsheet programs.
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)

Cell = str | Message
"""The text of a cell, or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that is not blank: its number and its cells without trailing empty ones."""

    number: int
    cells: tuple[Cell, ...]


def refused(what: Message) -> Invalid:
    """The error for a file that can't be read at all."""
    return Invalid({"file": [what]})


def text_cell(raw: str) -> Cell:
    """A cell's text without control characters, on one line; formulas, and texts that could become one, are refused."""
    text = one_line(raw)
    if len(text) > MAX_CELL:
        return message(N_("A text has at most {max} characters."), max=MAX_CELL)
    if raw.startswith("\t") or (_FORMULA.match(text) and not _HARMLESS.fullmatch(text)):
        return formula_in_cell()
    return text[1:] if _GUARDED.match(text) else text


def formula_in_cell() -> Message:
    """The error for a cell that contains a formula."""
    return message(N_("This looks like a formula. Paste the value instead; a text doesn't begin with = + - or @."))


def lines_of(rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[TableRow]:
    """The rows that are not blank.

    Raises:
        Invalid: there are none, or too many rows or columns.
    """
    found: list[TableRow] = []
    for number, row in rows:
        filled = [place for place, cell in enumerate(row, 1) if cell]
        if number > MAX_ROWS or len(found) > MAX_LINES + (not filled):
            raise refused(
                message(
                    N_("A list has at most {lines} lines, and nothing below row {row}."), lines=MAX_LINES, row=MAX_ROWS
                )
            )
        if filled and filled[-1] > MAX_COLUMNS:
            raise refused(message(N_("A list has at most {columns} columns."), columns=MAX_COLUMNS))
        if filled:
            found.append(TableRow(number, tuple(row[: filled[-1]])))
    if not found:
        raise refused(message(N_("The file is empty.")))
    return found


def read_csv(content: bytes) -> list[TableRow]:
    """The rows of a CSV file.

    The file is UTF-8, or UTF-16 with a byte order mark; it is delimited by comma, semicolon or tab, as in the header.
    Excel's first line ``sep=;`` is used and not counted.

    Raises:
        Invalid: ``file`` is not such a text, or has too many rows or columns.
    """
    text = _decoded(content).replace("\x00", "")
    separator = _SEPARATOR_LINE.fullmatch(text.partition("\n")[0])
    if separator:
        text = text.partition("\n")[2]
    delimiter = separator[1] if separator and separator[1] in DELIMITERS else _delimiter(text)
    return lines_of((number, [text_cell(raw) for raw in record]) for number, record in _records(text, delimiter))


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        raise refused(
            message(
                N_("This is no text in UTF-8. In the spreadsheet program save it as “CSV UTF-8”, or send the XLSX.")
            )
        ) from None


def _delimiter(text: str) -> str:
    """The delimiter that splits the first non-blank line into the most cells; a comma if none does."""

    def parts(delimiter: str) -> int:
        try:
            return next(
                (len(record) for _number, record in _records(text, delimiter) if len(record) > 1 or any(record)), 0
            )
        except Invalid:
            return 0

    return max(DELIMITERS, key=parts)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, record in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield number, record
    except csv.Error:
        raise refused(
            message(N_("In row {row} a quotation mark is not closed, or stands inside a cell."), row=number + 1)
        ) from None


def guarded(text: str) -> str:
    """A cell's text, without control characters, so that no program reads it as a formula: an apostrophe stands before
    what would be one."""
    return f"'{text}" if _FORMULA.match(text) or _GUARDED.match(text) else text


def delimiter_for(language: Language) -> str:
    """What parts the cells: Vietnamese and Lao programs expect semicolons, because their decimal separator is the
    comma."""
    return "," if language is Language.EN else ";"


def write_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """A CSV file in UTF-8 with a byte order mark, which spreadsheet programs need; no cell of it is read as a formula.

    A cell that would be one gets a leading apostrophe, which :func:`read_csv` removes.
    """
    written = StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    for row in rows:
        # Control characters are removed first: a formula after an invisible character is still a formula.
        writer.writerow([guarded(cell) for cell in map(one_line, row)])
    return BYTE_ORDER_MARK + written.getvalue().encode()
