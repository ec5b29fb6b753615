"""The process that reads one workbook: the file on standard input, one of its visible sheets as JSON on its output.

An uploaded file may be malicious, so it is opened here, with limits on time and memory, without the service's
environment, and never in the service itself. The module imports nothing of the service, because it has to start fast.

python-calamine returns the values of the cells: texts, dates. What it does not return is read with expat first: which
cells contain a formula or an error, how a number is written, and the extent of the sheet. calamine allocates memory for
the whole rectangle around the cells, unpacks a part without a limit, and rejects a sheet for one error it does not
know. So it gets a workbook of one sheet, rebuilt from what is known by then: the cells that need it, texts and formats.

The older .xls and OpenDocument's .ods are read by calamine alone (:func:`_read_other`): it gives the values that their
formulas had when the file was saved, and the bounds of the process are what stops a malicious one.

The answer is ``{"rows": [[number, [[column, kind, text], …]], …]}`` or ``{"refused": reason}``. Rows and columns are
counted from 1; cells without content are left out, rows without cells are not. Kinds and their texts:

- ``text``: a text; ``number``: as the file writes it; ``bool``: 1 or 0
- ``date``, ``moment``, ``time``: ISO 8601; ``duration``: seconds
- ``formula``: nothing; ``error``: the error's name

A cell merged over several rows is in each of them that has any content. Reasons: ``damaged``, ``large``,
``locked``, ``no_visible_sheet``, ``exhausted``; ``no_more_sheets`` if there are fewer visible ones than asked for.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from posixpath import normpath
from typing import Any, NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType
from zipfile import ZipFile

MAX_UNPACKED = 30_000_000
MAX_MARKS = 150_000
"""XML elements (two marks each) and attributes; these take the time. A full list has some 90,000, including its
workbook's formats."""
MAX_TEXT = 32_768
"""Characters of a cell that are returned: spreadsheet programs allow no more."""
MAX_TEXTS = 5_000_000
"""Characters of all cells: a small file can repeat one long text in every cell."""
MAX_DEPTH = 50
"""Nesting of elements; a sheet has fewer than ten levels."""
LAST_DAY = 2_958_465
"""The serial number of 31 December 9999. A larger one is no date whatever its format: a telephone number, perhaps."""

SECONDS, MEMORY = 5, 400_000_000
"""Limits of this process: seconds of CPU time, bytes of address space."""
WALL_SECONDS = 15
"""After this time it ends itself, in case nobody waits for it any more."""

_COMPOUND = b"\xd0\xcf\x11\xe0"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INDEX = re.compile(r"\d{1,9}", re.ASCII)
_BOOK_TYPE = re.compile(r"(?:sheet|template)\.(?:macroEnabled\.)?main\+xml$")
_BOOLEANS = {"1": "1", "true": "1", "0": "0", "false": "0"}

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT_TYPES = "[Content_Types].xml"
_BOOK, _BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEET, _STYLES, _STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"

Row = tuple[int, list[tuple[int, str, str]]]
"""A row of the answer: its number, and its cells' columns, kinds and texts."""


class Refused(Exception):
    """The file is not read, for one of the reasons above."""


class Sheet(NamedTuple):
    """A sheet as workbook.xml lists it: its part, whether it is shown, and whether days count from 1904."""

    part: str
    is_visible: bool
    is_1904: bool


@dataclass(slots=True)
class RawCell:
    """A cell as the XML has it, before formats and shared texts are looked up."""

    column: int
    kind: str
    """``s`` shared text, ``inlineStr``, ``str``, ``n``, ``b``, ``d`` ISO 8601, ``e`` error."""
    style: int
    value: str = ""
    has_formula: bool = False
    inline: bytes = b""
    """Its ``<is>`` element."""

    @property
    def is_filled(self) -> bool:
        """Whether it has any content."""
        return self.has_formula or self.kind == "e" or bool(self.value or self.inline)


RawRow = tuple[int, dict[int, RawCell]]


def read(content: bytes, max_rows: int, max_columns: int, place: int = 0) -> list[Row]:
    """The rows of the first visible sheet, or of the one at a later ``place``.

    If a cell is below ``max_rows`` or right of ``max_columns``, the answer contains only its row: with its number, or
    with a cell in the first column beyond the limit.

    Raises:
        Refused: the file is damaged, too large, or has no visible sheet there.
    """
    if content.startswith(_COMPOUND) or _is_open_document(content):
        return _read_other(content, max_rows, max_columns, place)
    parts = _parts(content)
    visible = [sheet for sheet in _sheets(parts) if sheet.is_visible]
    if len(visible) <= place:
        raise Refused("no_more_sheets" if visible else "no_visible_sheet")
    shown = visible[place]
    scan = _SheetScan(parts[shown.part], max_rows, max_columns)
    last, cells = scan.rows[-1] if scan.rows else (0, {})
    if last > max_rows:
        return [(last, [])]
    if any(column > max_columns for column in cells):
        return [(last, [(max_columns + 1, "text", "…")])]
    return _typed_rows(scan.rows, _values(_alone(parts, scan.rows, is_1904=shown.is_1904)))


def _is_open_document(content: bytes) -> bool:
    with suppress(KeyError), ZipFile(BytesIO(content)) as archive, archive.open("mimetype") as told:
        return told.read(len(_OPEN_DOCUMENT) + 1).strip() == _OPEN_DOCUMENT
    return False


def _read_other(content: bytes, max_rows: int, max_columns: int, place: int) -> list[Row]:
    """As :func:`read`, of a file in .xls or .ods."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    if not content.startswith(_COMPOUND):
        with ZipFile(BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise Refused("large")
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError:
        raise Refused("locked") from None
    except CalamineError:
        # An .xlsx with a password has the same container as an .xls, and what is in it can't be told apart.
        raise Refused("locked" if content.startswith(_COMPOUND) else "damaged") from None
    shown = [
        one.name
        for one in book.sheets_metadata
        if one.visible is SheetVisibleEnum.Visible and one.typ is SheetTypeEnum.WorkSheet
    ]
    if len(shown) <= place:
        raise Refused("no_more_sheets" if shown else "no_visible_sheet")
    sheet = book.get_sheet_by_name(shown[place])
    last_row, last_column = sheet.end or (0, 0)  # from 0
    if last_row >= max_rows:
        return [(last_row + 1, [])]
    if last_column >= max_columns:
        return [(1, [(max_columns + 1, "text", "…")])]
    grid = sheet.to_python(skip_empty_area=False)
    merged = sheet.merged_cell_ranges if content.startswith(_COMPOUND) else _merged(content, sheet.name, max_rows)
    for (top, left), (bottom, _right) in merged or ():
        for line in grid[top + 1 : bottom + 1]:
            if any(value != "" for value in line):
                line[left] = grid[top][left]
    rows = [
        (number, [(column, *_of_value(value)) for column, value in enumerate(line, 1) if value != ""])
        for number, line in enumerate(grid, 1)
    ]
    if sum(len(text) for _number, cells in rows for _column, _kind, text in cells) > MAX_TEXTS:
        raise Refused("large")
    return [row for row in rows if row[1]]


def _merged(content: bytes, name: str, max_rows: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The cells of a sheet in .ods that are merged over several rows, as calamine gives them for .xls: the places of
    their first and last cell, counted from 0. calamine does not read them.

    A cell counts as often as it is repeated, and so do rows; what lies beyond ``max_rows`` is left out.
    Source: OpenDocument 1.3, part 3, sections 9.1.2 to 9.1.5 and 19.679.
    """
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    row = column = rows = depth = 0
    is_ours = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, rows, depth, is_ours
        given = {_local(one): value for one, value in attributes.items()}
        match _local(element):
            case "table":
                depth += 1
                if depth == 1:
                    row, rows, is_ours = 0, 0, given.get("name") == name
            case "table-row" if is_ours and depth == 1:
                row, column, rows = row + rows, 0, _count(given, "number-rows-repeated")
            case "table-cell" | "covered-table-cell" if is_ours and depth == 1:
                spanned = _count(given, "number-rows-spanned")
                if spanned > 1 and row < max_rows:
                    right = column + _count(given, "number-columns-spanned") - 1
                    found.append(((row, column), (min(row + spanned, max_rows) - 1, right)))
                column += _count(given, "number-columns-repeated")

    def end(element: str) -> None:
        nonlocal depth, is_ours
        if _local(element) == "table":
            depth -= 1
            if is_ours and depth == 0:
                raise _Done

    with ZipFile(BytesIO(content)) as archive:
        xml = archive.read("content.xml")
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with suppress(_Done, ExpatError):  # calamine has read it: what it takes for well-formed is enough
        parser.Parse(xml, True)
    return found


def _count(attributes: dict[str, str], name: str) -> int:
    number = attributes.get(name, "1")
    return int(number) if _INDEX.fullmatch(number) else 1


def _of_value(value: object) -> tuple[str, str]:
    """The kind and text of one of calamine's values."""
    match value:
        case bool():
            return "bool", str(int(value))
        case int() | float():
            return "number", str(int(value)) if value == int(value) else repr(value)
        case datetime() | date() | time():
            return _moment(value)
        case timedelta():
            return "duration", str(value.total_seconds())
        case _ if str(value) in _ERRORS:
            return "error", str(value)
        case _:
            return "text", str(value)[:MAX_TEXT]


def _parts(content: bytes) -> dict[str, bytes]:
    """The unpacked relevant parts, after checking the size of all: first as the file declares it, then the real one."""
    with ZipFile(BytesIO(content)) as archive:
        infos = archive.infolist()
        # zipfile returns no more of a part than its declared size, so the sum is the maximum.
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise Refused("large")
        parts: dict[str, bytes] = {}
        marks = 0
        for info in infos:
            xml = archive.read(info)
            if xml.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                marks += sum(xml.count(mark) for mark in (b"<", b"/>", b"="))
                parts[info.filename] = xml
            elif xml[:2] in _UTF_16:
                raise Refused("damaged")  # not in use, and its marks would not be counted
        if marks > MAX_MARKS:
            raise Refused("large")
        return parts


def _sheets(parts: dict[str, bytes]) -> Iterator[Sheet]:
    """The worksheets in the order of their tabs, without chart sheets."""
    book = next(
        (
            attributes["PartName"].removeprefix("/")
            for name, attributes in _elements(parts[_CONTENT_TYPES])
            if name == "Override" and _BOOK_TYPE.search(attributes.get("ContentType", ""))
        ),
        _BOOK,
    )
    folder, _slash, name = book.rpartition("/")
    targets: dict[str, tuple[str, str]] = {}
    for element, attributes in _elements(parts[f"{folder}/_rels/{name}.rels".lstrip("/")]):
        if element == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = attributes.get("Target", "")
            path = target if target.startswith("/") else f"{folder}/{target}"
            targets[attributes.get("Id", "")] = kind, normpath(path).lstrip("/")
    for kind, path in targets.values():
        # calamine finds them only under their usual names.
        if kind in {"styles", "sharedStrings"} and path in parts:
            parts[_STYLES if kind == "styles" else _STRINGS] = parts[path]
    is_1904 = False
    for element, attributes in _elements(parts[book]):
        if element == "workbookPr":
            is_1904 = attributes.get("date1904") in {"1", "true"}
        elif element == "sheet":
            state = attributes.get("state", "visible")
            if state not in {"visible", "hidden", "veryHidden"}:
                raise Refused("damaged")
            kind, path = targets[next(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")]
            if kind == "worksheet":
                yield Sheet(path, state == "visible", is_1904)


def _parser() -> XMLParserType:
    """A parser that accepts no entities except XML's own five, and only UTF-8, the encoding calamine reads."""

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise Refused("damaged")

    def has_doctype(*_declaration: object) -> None:
        raise Refused("damaged")

    parser = ParserCreate("utf-8")
    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = has_doctype
    parser.buffer_text = True
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part in document order, at any depth: local names and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))
    parser.Parse(xml, True)
    return found


class _Done(Exception):
    """Stops parsing: everything needed of a part has been read."""


class _SheetScan:
    """The rows of a sheet with their filled cells by column. It stops early at a row or cell beyond the limits."""

    def __init__(self, xml: bytes, max_rows: int, max_columns: int) -> None:
        self.rows: list[RawRow] = []
        self._xml = xml
        self._max_rows, self._max_columns = max_rows, max_columns
        self._number = self._column = self._begin = 0
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._cell: RawCell | None = None
        self._by_number: dict[int, dict[int, RawCell]] = {}
        self._parser = _parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._has_data = False
        try:
            self._parser.Parse(xml, True)
        except _Done:
            return
        except ExpatError:
            # What follows the cells matters for merged ones only.
            if not self._has_data:
                raise
        if not self._has_data:
            raise Refused("damaged")  # not even an empty table

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(_local(name))
        if len(self._path) > MAX_DEPTH:
            raise Refused("damaged")
        match self._path[1:]:
            case ["sheetData", "row"]:
                self._start_row(attributes)
            case ["sheetData", "row", "c"]:
                self._start_cell(attributes)
            case ["sheetData", *_, "row" | "c"]:
                raise Refused("damaged")
            case ["sheetData", "row", "c", "f"] if self._cell:
                self._cell.has_formula = True
            case ["sheetData", "row", "c", "is"]:
                self._begin = self._parser.CurrentByteIndex
            case ["sheetData", "row", "c", "v"]:
                self._pieces = []
            case ["mergeCells", "mergeCell"]:
                self._merge(attributes.get("ref", ""))

    def _merge(self, extent: str) -> None:
        """Repeat the content of a merged cell in the rows below that have any."""
        first, _colon, last = extent.partition(":")
        begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
        if begin is None or end is None:
            return
        by_number = self._by_number = self._by_number or dict(self.rows)
        column = _column_number(begin[1])
        cell = by_number.get(int(begin[2]), {}).get(column)
        if cell is None or cell.has_formula:
            return
        for number in range(int(begin[2]) + 1, min(int(end[2]), self._max_rows) + 1):
            below = by_number.get(number)
            if below and column not in below:
                below[column] = cell
                ordered = sorted(below.items())
                below.clear()
                below.update(ordered)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = float(attributes.get("r", self._number + 1))
        if not number.is_integer() or number < 1:
            raise Refused("damaged")
        self._number, self._column = int(number), 0
        self.rows.append((self._number, {}))
        if self._number > self._max_rows:
            raise _Done

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            place = _PLACE.fullmatch(attributes["r"])
            if not place:
                raise Refused("damaged")
            self._column = _column_number(place[1])
        self._cell = RawCell(self._column, attributes.get("t", "n"), int(attributes.get("s") or 0))

    def _end(self, name: str) -> None:
        match self._path[1:]:
            case ["sheetData"]:
                self._has_data = True
            case ["mergeCells"]:
                raise _Done
            case ["sheetData", "row", "c"] if self._cell:
                self._end_cell(self._cell)
            case ["sheetData", "row", "c", "v"] if self._cell:
                self._cell.value = self._cell.value or "".join(self._pieces)
            case ["sheetData", "row", "c", "is"] if self._cell and self._cell.kind == "inlineStr":
                end = self._parser.CurrentByteIndex
                if self._xml.startswith(f"</{name}".encode(), end):  # not for <is/>, which is empty
                    self._cell.inline = self._xml[self._begin : self._xml.index(b">", end) + 1]
        self._path.pop()

    def _end_cell(self, cell: RawCell) -> None:
        self._cell = None
        if cell.kind == "inlineStr":
            cell.value = ""
        if cell.is_filled:
            self.rows[-1][1][cell.column] = cell
            if cell.column > self._max_columns:
                raise _Done

    def _text(self, text: str) -> None:
        if self._cell and self._path[4:] == ["v"]:
            self._pieces.append(text)


def _column_number(letters: str) -> int:
    """The number of a column, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _alone(parts: dict[str, bytes], rows: list[RawRow], *, is_1904: bool) -> bytes:
    """A workbook of one sheet with the cells that calamine has to convert, in rows from 1 without gaps."""
    mode = ' date1904="1"' if is_1904 else ""
    made: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="{_BOOK}"/>'
        "</Relationships>",
        _BOOK: f'<workbook xmlns:r="{_OFFICE}"><workbookPr{mode}/><sheets><sheet name="List" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        _BOOK_RELATIONS: f'<Relationships><Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="/{_SHEET}"/>'
        "</Relationships>",
        _SHEET: b"<worksheet><sheetData>%b</sheetData></worksheet>"
        % b"".join(
            b"<row>%b</row>" % b"".join(_cell_xml(cell, place) for cell in cells.values())
            for place, (_number, cells) in enumerate(rows, 1)
        ),
    }
    for name in (_STYLES, _STRINGS):
        if name in parts:
            _parser().Parse(parts[name], True)
            made[name] = parts[name]
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, part in made.items():
            archive.writestr(name, part)
    return written.getvalue()


def _cell_xml(cell: RawCell, row: int) -> bytes:
    """A cell for calamine; empty if the sheet's XML is enough."""
    place = f"{chr(64 + (cell.column - 1) // 26) if cell.column > 26 else ''}{chr(65 + (cell.column - 1) % 26)}{row}"
    value = cell.value.strip()
    match cell.kind:
        case _ if cell.has_formula or not cell.is_filled:
            return b""
        case "inlineStr":
            return b'<c r="%b" t="inlineStr">%b</c>' % (place.encode(), cell.inline)
        case "s" if _INDEX.fullmatch(value):
            return f'<c r="{place}" t="s"><v>{value}</v></c>'.encode()
        case "n" if _NUMBER.fullmatch(value):
            is_day = abs(float(value)) <= LAST_DAY
            return f'<c r="{place}" s="{cell.style}"><v>{value}</v></c>'.encode() if is_day else b""
        case "s" | "n":
            raise Refused("damaged")
        case _:
            return b""


def _values(workbook: bytes) -> list[list[Any]]:
    """The values of the only sheet, row by row from the first and column by column from A."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)


def _typed_rows(raw: list[RawRow], values: list[list[Any]]) -> list[Row]:
    rows: list[Row] = []
    length = 0
    for place, (number, cells) in enumerate(raw):
        line = values[place] if place < len(values) else []
        row: list[tuple[int, str, str]] = []
        for column, cell in cells.items():
            kind, text = _typed(cell, line[column - 1] if column <= len(line) else "")
            row.append((column, kind, text[:MAX_TEXT]))
            length += len(row[-1][2])
        rows.append((number, row))
        if length > MAX_TEXTS:
            raise Refused("large")
    return rows


def _typed(cell: RawCell, value: object) -> tuple[str, str]:
    """A cell's kind and text, from its XML and calamine's value."""
    match cell.kind, value:
        case _ if cell.has_formula:
            return "formula", ""
        case "e", _:
            return "error", cell.value
        case "b", _:
            return "bool", _BOOLEANS[cell.value.strip()]
        case "d", _:
            return _iso(cell.value.strip())
        case (("s" | "inlineStr"), str()):
            return "text", value
        case "n", time() if cell.value.startswith("-"):
            return "error", "#VALUE!"  # there is no time before midnight; programs show ####
        case "n", datetime() | date() | time():
            return _moment(value)
        case "n", timedelta():
            return "duration", str(value.total_seconds())
        case "n", _:
            return "number", cell.value.strip()
        case _:
            return "text", cell.value


def _iso(text: str) -> tuple[str, str]:
    for kind in (date, time, datetime):
        with suppress(ValueError):
            return _moment(kind.fromisoformat(text))
    raise Refused("damaged")


def _moment(value: date | time) -> tuple[str, str]:
    match value:
        case datetime():
            return "moment", value.replace(tzinfo=None).isoformat()
        case date():
            return "date", value.isoformat()
        case _:
            return "time", value.replace(tzinfo=None).isoformat()


def answer(content: bytes, max_rows: int, max_columns: int, place: int = 0) -> dict[str, Any]:
    """The answer for standard output; no file makes it raise an error."""
    try:
        return {"rows": read(content, max_rows, max_columns, place)}
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": "exhausted"}
    except BaseException:
        # A broken or malicious file can make zipfile, expat and calamine raise anything; calamine's panics are not
        # subclasses of Exception.
        return {"refused": "damaged"}


def confine() -> None:
    """Limit this process permanently: time, memory, no file written, none opened any more."""
    import resource
    import signal

    signal.alarm(WALL_SECONDS)
    for what, bound in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        lowest = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (lowest, lowest))


def main() -> None:
    """Read the file from standard input and write its content; the limits of a list are the arguments."""
    # Everything needed is imported before the limits are set: afterwards no file can be opened.
    import encodings.cp437  # noqa: F401 - for names in ZIP files that are not declared as UTF-8

    import python_calamine  # noqa: F401 - see above

    max_rows, max_columns, place = map(int, sys.argv[1:])
    confine()
    found = answer(sys.stdin.buffer.read(), max_rows, max_columns, place)
    sys.stdout.write(json.dumps(found, separators=(",", ":")))


if __name__ == "__main__":
    main()
