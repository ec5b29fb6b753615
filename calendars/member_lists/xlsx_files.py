"""Workbooks as the same lines that CSV files give: the first visible sheet, no formulas, no more than a list needs.

The file itself is opened in a process of its own (:mod:`service.actions.imports.xlsx_reader`). Here its result becomes
lines: cells, each of a kind, or a reason why the file is not read.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from calendars.member_lists.csv_files import (
    MAX_CELL,
    MAX_COLUMNS,
    Cell,
    TableRow,
    formula_in_cell,
    lines_of,
    refused,
    text_cell,
)
from models.errors import Invalid
from models.i18n import N_, Message, message

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"  # the old .xls, and every workbook with a password

TypedCell = tuple[int, str, str]
"""A cell as the file has it: the number of its column, from 1, its kind and its text.

Kinds and their texts: "text"; "number", as the file writes it; "bool", 1 or 0; "date", "moment", "time" in ISO 8601;
"duration" in seconds; "formula", none; "error", its name.
"""

_REASONS = {
    "locked": N_("This workbook has a password, or it is damaged. Save it as .xlsx without one."),
    "damaged": N_("This is no XLSX workbook, or it is damaged. Save it as .xlsx again."),
    "large": N_("This workbook holds far more than a list. Save the list alone in a workbook of its own."),
    "no_visible_sheet": N_("This workbook has no visible sheet."),
    "exhausted": N_("This workbook needs too much time or memory. Save the list alone in a workbook of its own."),
}


def is_workbook(content: bytes) -> bool:
    """Whether a file's first bytes are those of a workbook, an old or an encrypted one too."""
    return content.startswith((_ZIP, _COMPOUND))


def workbook_refused(reason: str) -> Invalid:
    """The error of a workbook that is not read: "locked", "damaged", "large", "no_visible_sheet" or "exhausted"."""
    return refused(message(_REASONS[reason]))


def workbook_lines(rows: Iterable[tuple[int, Sequence[TypedCell]]]) -> list[TableRow]:
    """The lines of a sheet's rows, those without cells included; dates are written like 2027-03-10.

    Raises:
        Invalid: there are more rows or columns than a list has, or none.
    """
    return lines_of((number, _row(cells)) for number, cells in rows)


def _row(cells: Sequence[TypedCell]) -> list[Cell]:
    row: list[Cell] = [""] * (MAX_COLUMNS + 1)
    for column, kind, text in cells:
        # All cells beyond the last column that a list may have are one: that there is any is what matters.
        row[min(column, MAX_COLUMNS + 1) - 1] = _cell(kind, text)
    return row


def _cell(kind: str, text: str) -> Cell:
    """A cell's value as the text a person would have typed."""
    match kind:
        case "formula":
            return formula_in_cell()
        case "error":
            return _error_in_cell(text)
        case "bool":
            return "TRUE" if text == "1" else "FALSE"
        case "number":
            return text_cell(_number(text))
        case "moment":
            moment = datetime.fromisoformat(text)
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "minutes")
        case "duration":
            return text_cell(str(timedelta(seconds=float(text))))
        case _:  # a text; a date and a time are written as they are
            return text_cell(text)


def _number(text: str) -> str:
    """A number with all its digits, and without decimals or exponent when it is whole."""
    if len(text) > MAX_CELL:
        return text
    if not any(sign in text for sign in ".eE"):
        return str(int(text))
    value = float(text)
    return str(int(value)) if value.is_integer() else str(value)


def _error_in_cell(value: str) -> Message:
    return message(N_("This cell holds an error, {value}. Type the value itself."), value=value[:20])
