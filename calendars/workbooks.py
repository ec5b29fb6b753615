"""XLSX files as the same lines that CSV files give: the first visible sheet, no formulas, no more than a list needs.

openpyxl reads them, its XML through defusedxml. What the file unpacks to is bounded before anything of it is read.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from calendars.sheets import MAX_COLUMNS, Cell, Line, formula_in_cell, lines_of, refused, text_cell
from models.errors import Invalid
from models.i18n import Message, _, message

MAX_UNPACKED = 30_000_000
MAX_MARKS = 150_000
"""XML elements (two marks each) and attributes are what takes time. A full list has some 90,000, its workbook's formats
included."""

_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_COMPOUND = b"\xd0\xcf\x11\xe0"  # the old .xls, and every workbook with a password

# It warns of what it leaves aside (charts, validations, styles): a list needs nothing of that.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def is_workbook(content: bytes) -> bool:
    """Whether a file's first bytes are those of a workbook, an old or an encrypted one too."""
    return content.startswith((_ZIP, _COMPOUND))


def read_workbook(content: bytes) -> list[Line]:
    """The lines of an XLSX file's first visible sheet; dates are written like 2027-03-10.

    Raises:
        Invalid: ``file`` is no XLSX file, is encrypted, unpacks to too much, or has more rows or columns than a list.
    """
    if content.startswith(_COMPOUND):
        raise refused(
            message(_("This workbook has a password or is in the old .xls format. Save it as .xlsx without one."))
        )
    try:
        _check_size(content)
        return lines_of(_rows(content))
    except Invalid:
        raise
    except Exception:
        # A broken or hostile file makes zipfile, the XML reader and openpyxl fail in every way there is.
        raise refused(message(_("This is no XLSX workbook, or it is damaged. Save it as .xlsx again."))) from None


def _check_size(content: bytes) -> None:
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        # zipfile gives no more of a part than it says to hold, so the sum is what there is at the most.
        is_small = sum(part.file_size for part in parts) <= MAX_UNPACKED
        marks = 0
        for part in parts if is_small else ():
            xml = archive.read(part)
            if xml.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                marks += sum(xml.count(mark) for mark in (b"<", b"/>", b"="))
            elif xml[:2] in _UTF_16:
                raise BadZipFile  # nobody writes it; its marks would not be counted
        if not is_small or marks > MAX_MARKS:
            raise refused(
                message(_("This workbook holds far more than a list. Save the list alone in a workbook of its own."))
            )


def _rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    workbook: Any = load_workbook(BytesIO(content), read_only=True, keep_links=False)
    sheet = next((sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise refused(message(_("This workbook has no visible sheet.")))
    # openpyxl's own loop would also read what stands around the rows, where a small file can keep it busy for minutes,
    # and believes what the file says of its size.
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        for _event, element in iterparse(source):
            if element.tag == ROW_TAG:
                number, cells = parser.parse_row(element)
                element.clear()
                yield number, _row(cells)
            elif element.tag == DATA_TAG:
                return


def _row(cells: list[dict[str, Any]]) -> list[Cell]:
    row: list[Cell] = [""] * (MAX_COLUMNS + 1)
    for cell in cells:
        # Whatever stands beyond the last column a list may have, the first such cell tells of it.
        place = min(cell["column"] - 1, MAX_COLUMNS)
        row[place] = _cell(cell["data_type"], cell["value"]) or row[place]
    return row


def _cell(data_type: str, value: object) -> Cell:
    """A cell's value as the text a person would have typed."""
    if data_type == "f":
        return formula_in_cell()
    if data_type == "e":
        return _error_in_cell(value)
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return text_cell(str(int(value)))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat(*((" ", "minutes") if isinstance(value, datetime) else ()))
        case _:
            return text_cell(str(value))


def _error_in_cell(value: object) -> Message:
    return message(_("This cell holds an error, {value}. Type the value itself."), value=str(value)[:20])
