"""Reads a table from the clipboard: rows of a spreadsheet, or a table as a word processor writes it as HTML.

Only texts are taken: no markup, no script, no style. Bullets go, lines of a cell become one; a merged cell stands where
it begins.
"""

import csv
import io
import re
from collections.abc import Iterable
from html.parser import HTMLParser

Matrix = list[list[str]]

MOST_CELLS = 6_000
"""Cells that are read; whoever asks refuses what is larger."""

MOST_HTML = 200_000
"""Characters of HTML that are read: malformed HTML takes time that grows faster than its length."""

_BLOCKS = frozenset({"p", "div", "li", "br", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "xml"})
_DECLARATIONS = re.compile(r"<!\[[^>]{0,200}>")
"""``<![if !supportLists]>`` and its like."""
_BULLET = re.compile(r"^(?:[-–—•·▪◦‣∙*+§\uf0b7\uf0a7]|o(?=\s{2}|\u00a0))\s+")
_MOST_SPANNED = 30


def read_matrix(html: str, text: str) -> Matrix:
    """The cells of what was copied: of its table if it has one, else of its lines and tabs. Empty rows are left out."""
    rows = read_html(html) if "<table" in html.lower() else []
    rows = rows or _read_lines(text)
    cleaned = [[one_line_of(cell) for cell in row] for row in rows]
    return [row for row in cleaned if any(row)]


def one_line_of(text: str) -> str:
    """A cell's text as one line: blanks drawn together, bullets gone, what stood on lines of its own after “;”."""
    lines = (_without_bullet(line) for line in re.split(r"[\r\n\v\f\u2028\u2029]+", text))
    told = ""
    for line in filter(None, lines):
        told += ("" if not told else " " if told.endswith((",", ";", ":", ".")) else "; ") + line
    return told


def _without_bullet(line: str) -> str:
    return " ".join(_BULLET.sub("", line.strip(" \t")).split())


def _read_lines(text: str) -> Matrix:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    try:
        # Cells with line ends in them are quoted; a quotation mark that is none is no reason to lose a row.
        return list(csv.reader(io.StringIO(plain, newline=""), delimiter="\t", strict=True))
    except csv.Error:
        return [line.split("\t") for line in plain.split("\n")]


def read_html(html: str) -> Matrix:
    """The rows of all tables of a page, tables within cells as their text."""
    reader = _TableReader()
    reader.feed(_DECLARATIONS.sub("", _without_comments(html)))
    reader.close()
    reader.end()
    return reader.rows


def _without_comments(html: str) -> str:
    first, *later = html.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in later)


class _TableReader(HTMLParser):
    """Collects rows; ``depth`` counts tables, ``unseen`` elements whose text nobody sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: Matrix = []
        self._depth = 0
        self._unseen = 0
        self._row: list[str] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._hanging: dict[int, int] = {}
        """Column → rows that a merged cell above still reaches into."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._depth += 1
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._skip_hanging()
            told = dict(attrs)
            self._span = _number(told.get("colspan"))
            for column in range(len(self._row), len(self._row) + self._span):
                if (deep := _number(told.get("rowspan"))) > 1:
                    self._hanging[column] = deep
            self._cell = []
        elif tag in _BLOCKS:
            self._say("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table":
            if self._depth == 1:
                self.end()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif tag in _BLOCKS or tag in ("tr", "td"):
            self._say("\n")

    def handle_data(self, data: str) -> None:
        # A line end in HTML is a blank.
        self._say(re.sub(r"[\r\n\t]+", " ", data))

    def end(self) -> None:
        """Whatever is open ends here."""
        self._end_row()
        self._hanging.clear()

    def _say(self, text: str) -> None:
        if self._cell is not None and not self._unseen:
            self._cell.append(text)

    def _end_cell(self) -> None:
        if self._cell is not None:
            self._row += ["".join(self._cell), *[""] * (self._span - 1)]
        self._cell = None

    def _skip_hanging(self) -> None:
        while len(self._row) in self._hanging:
            self._row.append("")

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.rows.append(self._row)
            self._hanging = {column: left - 1 for column, left in self._hanging.items() if left > 1}
        self._row = []


def _number(text: str | None) -> int:
    return min(_MOST_SPANNED, max(1, int(text))) if text and re.fullmatch(r"\d{1,4}", text, re.ASCII) else 1


def count_cells(rows: Iterable[Iterable[str]]) -> int:
    """How many cells a table has."""
    return sum(1 for row in rows for _cell in row)
