"""Write rows as a CSV file (RFC 4180) in UTF-8, line by line; no cell is read as a formula."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import IO

from calendars.member_lists.csv_files import BYTE_ORDER_MARK, delimiter_for, guarded
from models.vocabulary import Language
from service.documents.list_cells import Cell, tidy


class CsvWriter:
    """Writes a list into a file that is open for bytes: a byte order mark, the headings, then its rows.

    Days are written as 2027-03-10, instants as 2027-03-10 08:00; decimals with the separator of the language, cells
    parted by what its programs expect.
    """

    def __init__(self, target: IO[bytes], headings: Sequence[str], language: Language) -> None:
        self._target = target
        self._line = StringIO(newline="")
        self._writer = csv.writer(self._line, delimiter=delimiter_for(language))
        self._point = "." if language is Language.EN else ","
        target.write(BYTE_ORDER_MARK)
        self.write([headings])

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write some rows."""
        self._writer.writerows([[self._text(cell) for cell in row] for row in rows])
        self._target.write(self._line.getvalue().encode("utf-8", "replace"))
        self._line.seek(0)
        self._line.truncate()

    def close(self) -> None:
        """Nothing is left to be written."""

    def discard(self) -> None:
        """Nothing is left behind."""

    def _text(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if type(cell) is str:
            return guarded(tidy(cell))
        match cell:
            case datetime():
                return cell.isoformat(" ", "minutes")
            case date():
                return cell.isoformat()
            case float() | Decimal():
                return str(cell).replace(".", self._point)
        return str(cell)
