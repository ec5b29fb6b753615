"""Member lists sent by offices: rows of a spreadsheet become entries, invalid cells are reported by row and column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from calendars.events.labels import MEMBER_ROLE_NAMES
from calendars.member_lists.column_names import COLUMN_OF, COLUMNS, LANGUAGE_OF, NUMBERING, ROLE_OF, folded
from calendars.member_lists.csv_files import Cell, TableRow
from models.errors import Invalid
from models.i18n import N_, Message, message
from models.vocabulary import MemberRole

MAX_LENGTHS = {"name": 200, "phone": 40, "position": 300}
HIGHEST = {"precedence": 100_000, "rank": 10_000}
"""The upper bounds of the tables; a test keeps both in step."""

_NUMBER = re.compile(r"(-?\d{1,12})(?:[.,]0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person of a list as given in a row. None: the cell is empty, or invalid and then named in ``spoiled``."""

    row: int
    name: str
    role: MemberRole | None = None
    position: str | None = None
    organisation: str | None = None
    precedence: int | None = None
    rank: int | None = None
    email: str | None = None
    phone: str | None = None
    languages: tuple[str, ...] = ()
    counterpart: str | None = None
    spoiled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MemberList:
    """The entries and errors of a file: ``rows.7.role`` → messages. A row without a name has no entry."""

    entries: list[MemberRow] = field(default_factory=list)
    errors: dict[str, list[Message]] = field(default_factory=dict)


def place_of(row: int, column: str) -> str:
    """The key of a cell in the errors: the row as the spreadsheet program shows it, and the column."""
    return f"rows.{row}.{column}"


def read_roster(lines: Sequence[TableRow]) -> MemberList:
    """Read a list: its first row is the header, in any language and order.

    Raises:
        Invalid: ``header`` has no column for names, so that nothing can be read.
    """
    header, *rest = lines
    columns, problems = _columns(header)
    if "name" not in columns.values():
        problems.append(message(N_("A column with the names is missing; call it “{name}”."), name=COLUMNS["name"]))
        raise Invalid({"header": problems})
    roster = MemberList(errors={"header": problems} if problems else {})
    for line in rest:
        _read_line(roster, line, columns)
    return roster


def _columns(header: TableRow) -> tuple[dict[int, str | None], list[Message]]:
    """The columns by position (None: not read), and the errors in the header."""
    columns: dict[int, str | None] = {}
    problems: list[Message] = []
    for place, title in enumerate(header.cells):
        if not title:
            continue
        columns[place] = None
        name = COLUMN_OF.get(folded(title)) if isinstance(title, str) else None
        if name is None:
            if isinstance(title, Message) or folded(title) not in NUMBERING:
                problems.append(_unknown_column(title))
        elif name in columns.values():
            problems.append(message(N_("The column “{name}” stands there twice."), name=COLUMNS[name]))
        else:
            columns[place] = name
    return columns, problems


def _unknown_column(title: Cell) -> Message:
    if isinstance(title, Message):
        return title
    near = get_close_matches(folded(title), [known for known in COLUMN_OF if known.isascii()], 1, 0.6)
    if near:
        return message(
            N_("The column “{title}” is not known. Is it “{name}”?"),
            title=title[:100],
            name=COLUMNS[COLUMN_OF[near[0]]],
        )
    return message(
        N_("The column “{title}” is not known. Possible here: {names}. Rename it or take it out."),
        title=title[:100],
        names=tuple(COLUMNS.values()),
    )


def _read_line(roster: MemberList, line: TableRow, columns: dict[int, str | None]) -> None:
    if any(cell and place not in columns for place, cell in enumerate(line.cells)):
        nameless = message(N_("Row {row} holds something in a column without a header."), row=line.number)
        roster.errors.setdefault("header", []).append(nameless)
    reading = _Reading(line, columns)
    name = reading.text("name")
    values: dict[str, Any] = {
        "role": reading.role(),
        "position": reading.text("position"),
        "organisation": reading.text("organisation"),
        "precedence": reading.number("precedence"),
        "rank": reading.number("rank"),
        "email": reading.text("email"),
        "phone": reading.text("phone"),
        "languages": reading.languages(),
        "counterpart": reading.text("counterpart"),
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
