"""Write a list as a workbook of one sheet, row by row: memory does not grow with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from calendars.documents.value import Paper
from service.documents.list_cells import Cell, tidy
from service.documents.xlsx_writer import MOST_OF_A_CELL, Formats, SheetNames, open_workbook, print_setup, text_of_cell

_FEW_COLUMNS = 6
"""More than these are printed across."""

_EARLIEST = 1900
"""The first year that a spreadsheet's dates reach."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A heading, and how wide its column is, in characters."""

    heading: str
    width: float


class ListWorkbook:
    """Writes a list into a file that is open for bytes: the headings, which stay in view and are repeated in print,
    with a filter on each, then its rows. The file is complete once it is closed.

    ``scratch`` is the folder for what is written meanwhile, None: the machine's own.
    """

    def __init__(
        self, target: IO[bytes], title: str, author: str, columns: Sequence[SheetColumn], scratch: str | None = None
    ) -> None:
        self._book = open_workbook(target, title=title, author=author, is_long=True, scratch=scratch)
        self._sheet = self._book.add_worksheet(SheetNames().of(title))
        self._columns = columns
        self._row = 0
        formats = Formats(self._book)
        heading = formats.of(bold=True, bottom=1, valign="vcenter")
        self._text, self._number = formats.of(), formats.of(num_format="General")
        self._day, self._instant = formats.of(num_format="dd/mm/yyyy"), formats.of(num_format="dd/mm/yyyy hh:mm")
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, text_of_cell(column.heading), heading)
        self._sheet.freeze_panes(1, 0)
        print_setup(self._sheet, Paper.LANDSCAPE if len(columns) > _FEW_COLUMNS else Paper.PORTRAIT, 0)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write some rows."""
        for row in rows:
            self._row += 1
            for place, cell in enumerate(row):
                if cell is not None and cell != "":
                    self._write(place, cell)

    def close(self) -> None:
        """Complete the file."""
        if self._columns:
            self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
        self._book.close()

    def discard(self) -> None:
        """Give up: remove what was written meanwhile."""
        self._sheet.row_data_fh.close()
        Path(self._sheet.row_data_filename).unlink(missing_ok=True)

    def _write(self, place: int, cell: Any) -> None:
        if type(cell) is str:
            text = tidy(cell) if len(cell) < MOST_OF_A_CELL else text_of_cell(cell)
            if text:
                self._sheet.write_string(self._row, place, text, self._text)
            return
        match cell:
            case date() if cell.year < _EARLIEST:
                self._sheet.write_string(self._row, place, cell.isoformat(), self._text)
            case datetime():
                self._sheet.write_datetime(self._row, place, cell, self._instant)
            case date():
                self._sheet.write_datetime(self._row, place, cell, self._day)
            case int() | float() | Decimal():
                self._sheet.write_number(self._row, place, cell, self._number)
