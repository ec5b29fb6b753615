"""Member lists sent by offices: rows of a spreadsheet become entries, invalid cells are reported by row and column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from calendars.events.labels import MEMBER_ROLE_NAMES, MEMBER_SIDE_NAMES
from calendars.member_lists.column_names import COLUMN_OF, COLUMNS, LANGUAGE_OF, NUMBERING, ROLE_OF, SIDE_OF, folded
from calendars.member_lists.csv_files import Cell, TableRow
from calendars.people.names import is_lao, is_passport_name
from models.errors import Invalid
from models.i18n import N_, Message, message
from models.vocabulary import MemberRole, Side

MAX_LENGTHS = {"name": 200, "name_lo": 200, "name_latin": 200, "phone": 40, "position": 300}
HIGHEST = {"precedence": 100_000, "rank": 10_000}
"""The upper bounds of the tables; a test keeps both in step."""

HEADER_WITHIN = 20
"""The first rows of a sheet, among which is the header."""

_TRUTH_VALUES = frozenset({"true", "false"})
_NUMBER = re.compile(r"(-?\d{1,12})(?:[.,]0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person of a list as given in a row. None: the cell is empty, or invalid and then named in ``spoiled``."""

    row: int
    name: str
    name_lo: str | None = None
    name_latin: str | None = None
    role: MemberRole | None = None
    position: str | None = None
    organisation: str | None = None
    precedence: int | None = None
    rank: int | None = None
    email: str | None = None
    phone: str | None = None
    languages: tuple[str, ...] = ()
    counterpart: str | None = None
    side: Side | None = None
    spoiled: frozenset[str] = frozenset()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling of the name that the row gives, the first column first."""
        return tuple(one for one in (self.name, self.name_lo, self.name_latin) if one)


@dataclass(frozen=True, slots=True)
class MemberList:
    """The entries and errors of a file: ``rows.7.role`` → messages. A row without a name has no entry.

    ``remarks`` say what of the file is not read.
    """

    entries: list[MemberRow] = field(default_factory=list)
    errors: dict[str, list[Message]] = field(default_factory=dict)
    remarks: list[Message] = field(default_factory=list)


def place_of(row: int, column: str) -> str:
    """The key of a cell in the errors: the row as the spreadsheet program shows it, and the column."""
    return f"rows.{row}.{column}"


def has_header(lines: Sequence[TableRow]) -> bool:
    """Whether one of the first rows names a column for names, so that this is a list."""
    return _header(lines) is not None


def read_roster(lines: Sequence[TableRow]) -> MemberList:
    """Read a list. Its header, in any language and order, is one of the first rows; titles may stand above it.

    Columns that are not known are left out with a remark, and so are rows of a numbered list without a number that
    hold nothing but one text, such as a total or a signature.

    Raises:
        Invalid: ``header`` has no column for names, so that nothing can be read.
    """
    place = _header(lines)
    columns = _Columns(lines[place or 0])
    if place is None:
        missing = message(N_("A column with the names is missing; call it “{name}”."), name=COLUMNS["name"])
        raise Invalid({"header": [*columns.remarks, *columns.problems, missing]})
    roster = MemberList(errors={"header": columns.problems} if columns.problems else {}, remarks=columns.remarks)
    for line in lines[place + 1 :]:
        _read_line(roster, line, columns)
    return roster


def _header(lines: Sequence[TableRow]) -> int | None:
    """Which of the first rows is the header: the one with most known columns, one for names among them.

    A header of several rows repeats its merged cells; the last of them is it.
    """
    best, most = None, 0
    for place, line in enumerate(lines[:HEADER_WITHIN]):
        known = {COLUMN_OF.get(folded(cell)) for cell in line.cells if isinstance(cell, str)} - {None}
        if "name" in known and (len(known) > most or (len(known) == most and best == place - 1)):
            best, most = place, len(known)
    return best


class _Columns:
    """The columns of a header by position (None: not read), what is wrong with it and what is not read."""

    def __init__(self, header: TableRow) -> None:
        self.by_place: dict[int, str | None] = {}
        self.numbering: int | None = None
        self.problems: list[Message] = []
        self.remarks: list[Message] = []
        for place, title in enumerate(header.cells):
            if title:
                self.by_place[place] = self._column(place, title)

    def _column(self, place: int, title: Cell) -> str | None:
        if isinstance(title, Message):
            self.problems.append(title)
            return None
        name = COLUMN_OF.get(folded(title))
        if name is None and folded(title) in NUMBERING:
            self.numbering = place if self.numbering is None else self.numbering
        elif name is None:
            self.remarks.append(_unknown_column(title))
        elif name in self.by_place.values():
            self.problems.append(message(N_("The column “{name}” stands there twice."), name=COLUMNS[name]))
        else:
            return name
        return None

    def is_aside(self, line: TableRow) -> bool:
        """Whether a row of a numbered list has no number and holds nothing but one text."""
        if self.numbering is None:
            return False
        filled = [place for place, cell in enumerate(line.cells) if cell]
        return len(filled) == 1 and filled != [self.numbering]


def _unknown_column(title: str) -> Message:
    near = get_close_matches(folded(title), [known for known in COLUMN_OF if known.isascii()], 1, 0.75)
    if near:
        return message(
            N_("The column “{title}” is not known and is not read. Is it “{name}”?"),
            title=title[:100],
            name=COLUMNS[COLUMN_OF[near[0]]],
        )
    return message(N_("The column “{title}” is not read: a list of people has no such column here."), title=title[:100])


def _read_line(roster: MemberList, line: TableRow, columns: _Columns) -> None:
    reading = _Reading(line, columns.by_place)
    if columns.is_aside(line):
        aside = message(N_("Row {row} is not read: it has no number and only one text."), row=line.number)
        roster.remarks.append(aside)
        return
    if COLUMN_OF.get(folded(str(reading.cells.get("name", "")))) == "name":
        return  # the header again, at the top of a printed page
    if any(cell and place not in columns.by_place for place, cell in enumerate(line.cells)):
        nameless = message(N_("Row {row} holds something in a column without a header."), row=line.number)
        roster.remarks.append(nameless)
    name = reading.name()
    values: dict[str, Any] = {
        "name_lo": reading.name_lo(),
        "name_latin": reading.name_latin(),
        "role": reading.role(),
        "position": reading.text("position"),
        "organisation": reading.text("organisation"),
        "precedence": reading.number("precedence"),
        "rank": reading.number("rank"),
        "email": reading.text("email"),
        "phone": reading.text("phone"),
        "languages": reading.languages(),
        "counterpart": reading.text("counterpart"),
        "side": reading.side(),
    }
    if not any(reading.cells.values()):
        return  # only the numbering column is filled
    if name is None and "name" not in reading.problems:
        reading.problems["name"] = message(N_("The name is missing."))
    roster.errors.update({place_of(line.number, column): [what] for column, what in reading.problems.items()})
    if name is not None:
        roster.entries.append(MemberRow(line.number, name, **values, spoiled=frozenset(reading.problems)))


class _Reading:
    """The cells of one row by column; ``problems`` are the errors by column."""

    def __init__(self, line: TableRow, columns: dict[int, str | None]) -> None:
        self.cells = {name: cell for place, cell in enumerate(line.cells) if (name := columns.get(place))}
        self.problems: dict[str, Message] = {}

    def text(self, column: str) -> str | None:
        cell = self.cells.get(column, "")
        if isinstance(cell, Message):
            self.problems[column] = cell
            return None
        if len(cell) > MAX_LENGTHS.get(column, len(cell)):
            self.problems[column] = message(N_("A text has at most {max} characters."), max=MAX_LENGTHS[column])
            return None
        return cell or None

    def name(self) -> str | None:
        text = self.text("name")
        # A number, a date or the TRUE of a formula is nobody's name.
        if text is not None and (folded(text) in _TRUTH_VALUES or not any(letter.isalpha() for letter in text)):
            self.problems["name"] = message(N_("“{word}” is not a name."), word=text[:100])
            return None
        return text

    def name_lo(self) -> str | None:
        text = self.text("name_lo")
        if text is not None and not is_lao(text):
            self.problems["name_lo"] = message(N_("Write this name in Lao script."))
            return None
        return text

    def name_latin(self) -> str | None:
        text = self.text("name_latin")
        if text is not None and not is_passport_name(text := text.upper()):
            self.problems["name_latin"] = message(N_("Write this name in Latin letters, as in the passport."))
            return None
        return text

    def role(self) -> MemberRole | None:
        text = self.text("role")
        if text is None:
            return None
        if folded(text) not in ROLE_OF:
            self.problems["role"] = message(
                N_("“{word}” is no role. Possible here: {names}; empty means {default}."),
                word=text[:100],
                names=tuple(MEMBER_ROLE_NAMES.values()),
                default=MEMBER_ROLE_NAMES[MemberRole.MEMBER],
            )
        return ROLE_OF.get(folded(text))

    def side(self) -> Side | None:
        text = self.text("side")
        if text is not None and folded(text) not in SIDE_OF:
            self.problems["side"] = message(
                N_("“{word}” is no side. Possible here: {names}; empty: where their organisation is tells."),
                word=text[:100],
                names=tuple(MEMBER_SIDE_NAMES.values()),
            )
        return SIDE_OF.get(folded(text)) if text is not None else None

    def number(self, column: str) -> int | None:
        text = self.text(column)
        if text is None:
            return None
        found = _NUMBER.fullmatch(text)
        if found is None:
            self.problems[column] = message(N_("Not a whole number."))
            return None
        if not 1 <= int(found[1]) <= HIGHEST[column]:
            self.problems[column] = message(
                N_("Must be greater than or equal to {min} and less than or equal to {max}."),
                min=1,
                max=HIGHEST[column],
            )
            return None
        return int(found[1])

    def languages(self) -> tuple[str, ...]:
        text = self.text("languages")
        found: list[str] = []
        for piece in re.split(r"[,;/]", text or ""):
            # “tiếng Việt” is one language, “vi lo” are two.
            words = [folded(piece)] if folded(piece) in LANGUAGE_OF else folded(piece).split()
            if unknown := [word for word in words if word not in LANGUAGE_OF]:
                self.problems["languages"] = message(
                    N_("“{word}” is no language here. Languages are vi, lo and en."), word=unknown[0][:100]
                )
                return ()
            found += [LANGUAGE_OF[word].value for word in words]
        return tuple(dict.fromkeys(found))
