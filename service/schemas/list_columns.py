"""The columns of a list as a file, derived from the schema of its rows, and the cells of a row.

Rows come as JSON, as the API answers them. Nested objects become columns of their own, lists within a row lines of one
cell, texts and words those of the reader's language. Where a row has only the id of something, its name is a column of
its own; ids stand at the end, for programs. A change of a schema changes its files: nothing is listed twice.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from marshmallow import Schema, fields

from calendars.days.formatting import zone_words
from calendars.days.known_days import in_figures
from calendars.days.offset_words import offset_in_words
from calendars.days.spans import Days
from models.i18n import N_, translate
from models.labels import noun
from models.text import localized
from models.vocabulary import KnownTo, Language
from service.documents.list_cells import Cell
from service.schemas.bookings import BookingTimeField
from service.schemas.fields import InstantField, KnownDayField, LocalizedTextField, MoneyField, QuantityField, WordField
from service.schemas.list_headings import HEADINGS
from service.schemas.word_names import TONGUES, word_name

Names = Mapping[str, Mapping[str, Any]]
"""Table → id → what the reader may know it is called: a text, or one in several languages."""


class ListColumnKind(StrEnum):
    """What a column holds; ``LINES`` are several things below each other."""

    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"


REFERENCES: Mapping[str, str] = {
    "organisation_id": "organisation", "institution_id": "organisation", "bodies": "organisation",
    "organisations": "organisation", "HandOverSchema.to": "organisation",
    "person_id": "person", "head_id": "person", "counterpart_id": "person",
    "event_id": "event", "ceremony_event_id": "event", "agreement_id": "agreement", "agreements": "agreement",
    "commitment_id": "commitment", "beneficiary_id": "organisation", "handover_event_id": "event",
    "anniversary_id": "anniversary", "resource_id": "resource",
    "rule_id": "reminder_rule", "template_id": "task_template",
    "user_id": "user", "created_by": "user", "confirmed_by": "user", "uploaded_by": "user", "made_by": "user",
    "undone_by": "user", "seen_by": "user", "in_charge_id": "user", "stand_in_id": "user",
    "host": "locality", "guest": "locality", "locality": "locality", "localities": "locality", "parties": "locality",
    "party": "locality", "funded_by": "locality", "given_by": "locality", "payer": "locality", "office": "locality",
}  # fmt: skip
"""Field → the table whose rows it means, where the table of its own row doesn't say so."""

IDS = frozenset(
    {
        "id", "uid", "sha256", "request_id", "entity_id", "actor_id", "task_id", "failed_id", "with", "merged_id",
        "into", "observance_id", "document_id", "norm_id",
    }
)  # fmt: skip
"""Fields that are ids of which no name is looked up: their own, those whose name is another field, or of any table."""

CODES = frozenset({"EventWarningSchema.code"})
"""Codes for programs whose meaning stands beside them in words: at the end, as ids; in no cell of several things."""

SEALED = frozenset({"SubmissionSchema.differences"})
"""Fields with what people's particulars and passports say: for who reads it where it is decided upon, in no file."""

_FIRST = ("date", "due_at", "article", "name", "title", "person", "event_title", "resource_name")
"""What a line begins with, where it has it."""

_LAST = ("created_at", "updated_at")
_CALLED = "_name", "_title"
_KNOWN_DAYS = frozenset({"first_day", "last_day"})
_TRAVEL_DAYS = frozenset({"arrives_on", "departs_on"})
_TONGUES = frozenset({"languages"})
_BETWEEN = " · "
_YES, _NO = N_("yes"), N_("no")
_ID, _CODE = N_("{what} (id)"), N_("{what} (code)")
_BY_CODE = frozenset({"locality"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How a row is read: for whom, and what its ids stand for."""

    language: Language
    zone: ZoneInfo
    names: Names = field(default_factory=dict)

    def say(self, sentence: str) -> str:
        """A sentence in the reader's language."""
        return translate(sentence, self.language)


Make = Callable[[Any, Reading], Cell]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: ``path`` leads to its value in a row, ``headings`` are its words, those of what it is part of first.

    ``table`` is the table whose ids the value is, if any; ``is_id``: the id itself is shown.
    """

    path: tuple[str, ...]
    headings: tuple[str, ...]
    kind: ListColumnKind
    make: Make
    table: str | None = None
    is_id: bool = False

    def heading(self, language: Language, zone: str) -> str:
        """Its heading; instants say whose time they are."""
        words = ": ".join(translate(one, language) for one in self.headings)
        if self.is_id and self.table is not None:
            return translate(_CODE if self.table in _BY_CODE else _ID, language, what=words)
        if self.kind is ListColumnKind.INSTANT:
            return f"{words} ({zone_words(zone, language)})"
        return words

    def value(self, row: Mapping[str, Any]) -> Any:
        """What a row holds for it; None where it holds nothing."""
        return _at(row, self.path)

    def cell(self, row: Mapping[str, Any], reading: Reading) -> Cell:
        """Its cell of a row."""
        value = _at(row, self.path)
        return None if value is None else self.make(value, reading)


def _at(row: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        row = row.get(step) if type(row) is dict else None
        if row is None:
            return None
    return row


class RowMaker:
    """Makes the cells of many rows; a list has up to fifty thousand, of sixty columns."""

    def __init__(self, columns: Sequence[ListColumn]) -> None:
        self._columns = columns
        self._plan = [(one.path[0], one.path[1:], one.make) for one in columns]

    def cells(self, row: Mapping[str, Any], reading: Reading) -> list[Cell]:
        """The cells of a row. Of an event whose month or year is all that is known, the days are so, too."""
        get = row.get
        cells = [
            None
            if (value := get(name)) is None or (rest and (value := _at(value, rest)) is None)
            else make(value, reading)
            for name, rest, make in self._plan
        ]
        if get("known_to", KnownTo.DAY) != KnownTo.DAY:
            for place, (name, _rest, _make) in enumerate(self._plan):
                if name in _KNOWN_DAYS:
                    cells[place] = _as_known(row, name)
                elif name in _TRAVEL_DAYS:
                    cells[place] = None
        return cells


@cache
def columns_of(schema: type[Schema]) -> tuple[ListColumn, ...]:
    """The columns of a schema's rows: what a line begins with, the rest in the schema's order, then the ids."""
    shown: dict[tuple[tuple[str, ...], bool], ListColumn] = {}
    for one in getattr(schema, "alternatives", ()) or (schema,):
        for column in _derived(one()):
            shown.setdefault((column.path, column.is_id), column)
    return tuple(sorted(shown.values(), key=_place))


def _place(column: ListColumn) -> tuple[int, int]:
    name = column.path[0]
    if column.is_id:
        return 3, 0
    if name in _FIRST:
        return 0, _FIRST.index(name)
    return (2, _LAST.index(name)) if name in _LAST else (1, 0)


def referred(columns: Sequence[ListColumn], rows: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Table → the ids of it in these rows of which a column shows the names."""
    found: dict[str, set[str]] = {}
    for column in columns:
        if column.table is not None and not column.is_id:
            ids = found.setdefault(column.table, set())
            for row in rows:
                ids.update(_ids(column.value(row)))
    for column in columns:
        for table, path in getattr(column.make, "referred", ()):
            ids = found.setdefault(table, set())
            for row in rows:
                for item in column.value(row) or ():
                    ids.update(_ids(item.get(path)))
    return {table: ids for table, ids in found.items() if ids}


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def _derived(
    schema: Schema, within: tuple[str, ...] = (), words: tuple[str, ...] = (), beside: frozenset[str] = frozenset()
) -> Iterator[ListColumn]:
    """The columns of a schema, which is nested at the path ``within`` and called so there, ``beside`` these fields."""
    known = {one.data_key or name for name, one in schema.dump_fields.items()}
    for attribute, one in schema.dump_fields.items():
        name = one.data_key or attribute
        path, headings = (*within, name), (*words, heading_of(name, schema))
        if not within and one.dump_only and one.metadata.get("always_present") is False:
            continue  # told where one thing is read, never in lists
        if _is_one_of(SEALED, schema, name):
            continue
        if isinstance(one, MoneyField):
            yield ListColumn((*path, "amount"), headings, ListColumnKind.NUMBER, _amount)
            yield ListColumn((*path, "currency"), (*headings, N_("Currency")), ListColumnKind.TEXT, _plain)
        elif isinstance(one, fields.Nested) and not one.many:
            yield from _derived(one.schema, path, headings, frozenset(known))
        elif name in IDS or _is_one_of(CODES, schema, name):
            if not within or f"{within[-1]}_id" not in beside:
                yield ListColumn(path, headings, ListColumnKind.TEXT, _plain, is_id=True)
        elif (table := _table_of(schema, attribute, name)) is not None:
            # Its name is another column already, or is looked up.
            stem = name.removesuffix("_id")
            if not {f"{stem}{end}" for end in _CALLED} & known and stem not in known - {name}:
                is_list = isinstance(one, fields.List)
                kind = ListColumnKind.LINES if is_list else ListColumnKind.TEXT
                yield ListColumn(path, headings, kind, _named(table), table)
            if not within:
                yield ListColumn(path, headings, ListColumnKind.TEXT, _plain, table, is_id=True)
        else:
            yield ListColumn(path, headings, *_made(schema, name, one))


def _is_one_of(named: Collection[str], schema: Schema, name: str) -> bool:
    """Whether a field of this schema, or of one it derives from, is among those named."""
    return any(f"{one.__name__}.{name}" in named for one in type(schema).__mro__)


def heading_of(name: str, schema: Schema | None = None) -> str:
    """The heading of a field, of this schema if it means something else there; what nothing has named yet has its own
    name."""
    return _of_schema(HEADINGS, name, schema) or name.replace("_", " ")


def _of_schema(known: Mapping[str, str], name: str, schema: Schema | None) -> str | None:
    """What is known of a field: of this schema, of one it derives from, or in general."""
    for one in type(schema).__mro__ if schema is not None else ():
        if (own := known.get(f"{one.__name__}.{name}")) is not None:
            return own
    return known.get(name)


def _table_of(schema: Schema, attribute: str, name: str) -> str | None:
    """The table whose ids a field holds."""
    model = getattr(schema.opts, "model", None)
    if model is not None and (column := sa.inspect(model).local_table.columns.get(attribute)) is not None:
        for key in column.foreign_keys:
            target = str(key.column.table.name)
            return target if target in NAMED else None
    return _of_schema(REFERENCES, name, schema)


NAMED = frozenset(
    {
        "agreement", "anniversary", "commitment", "event", "locality", "observance", "organisation", "person",
        "reminder_rule", "resource", "task_template", "user",
    }
)  # fmt: skip
"""Tables whose rows have names."""


def _made(schema: Schema, name: str, one: fields.Field[Any]) -> tuple[ListColumnKind, Make]:
    """What a column of a field holds, and how its cells are made."""
    match one:
        case LocalizedTextField():
            return ListColumnKind.TEXT, _localized
        case QuantityField():
            return ListColumnKind.NUMBER, _amount
        case WordField():
            return ListColumnKind.TEXT, _word(one.enum)
        case fields.Dict():
            return ListColumnKind.LINES, _changes if name == "changes" else _entries
        case fields.List(inner=fields.Nested() as nested):
            return ListColumnKind.LINES, _Items(nested.schema)
        case fields.List():
            return ListColumnKind.LINES, _list_of(schema, name, one)
        case KnownDayField() | fields.Date():
            return ListColumnKind.DAY, _day
        case BookingTimeField():
            return ListColumnKind.DAY, _booking_time
        case InstantField() | fields.AwareDateTime():
            return ListColumnKind.INSTANT, _instant
        case fields.Integer():
            return ListColumnKind.NUMBER, _plain
    if one.metadata.get("format") == "date-time":
        return ListColumnKind.INSTANT, _instant
    return ListColumnKind.TEXT, _MADE_OF.get(name, _plain)


# Cells


def _plain(value: Any, reading: Reading) -> Cell:
    if value is True or value is False:
        return reading.say(_YES if value else _NO)
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return localized(value, reading.language) if set(value) <= set(Language) else _entries(value, reading)
    if isinstance(value, list):
        return ", ".join(str(_plain(one, reading)) for one in value)
    return str(value)


def _localized(value: Any, reading: Reading) -> Cell:
    return localized(value, reading.language)


def _word(words: type[StrEnum]) -> Make:
    known = {word.value: word for word in words}

    def make(value: Any, reading: Reading) -> Cell:
        return word_name(known[value], reading.language) if value in known else str(value)

    return make


def _noun(value: Any, reading: Reading) -> Cell:
    return noun(str(value)).to(reading.language)


def _offset(value: Any, reading: Reading) -> Cell:
    """``-P12D`` in words: whether it counts working days is a column of its own."""
    words = offset_in_words(str(value))
    return str(value) if words is None else words.to(reading.language)


def _day(value: Any, reading: Reading) -> Cell:
    return date.fromisoformat(value)


def _booking_time(value: Any, reading: Reading) -> Cell:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _instant(value: Any, reading: Reading) -> Cell:
    at = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return at.astimezone(reading.zone).replace(tzinfo=None, microsecond=0)


def _amount(value: Any, reading: Reading) -> Cell:
    try:
        return Decimal(value)
    except InvalidOperation:
        return str(value)


def _as_known(row: Mapping[str, Any], name: str) -> Cell:
    """A day as far as it is known: ``2008``, ``6/2021``."""
    days = Days(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
    first, last = in_figures(days, KnownTo(row["known_to"]))
    return first if name == "first_day" else last


def _named(table: str) -> Make:
    def name(identity: Any, reading: Reading) -> str:
        known = reading.names.get(table, {}).get(identity)
        return localized(known, reading.language) if isinstance(known, Mapping) else known or ""

    def make(value: Any, reading: Reading) -> Cell:
        if isinstance(value, list):
            return "\n".join(name(one, reading) or str(one) for one in value)
        return name(value, reading)

    return make


def _list_of(schema: Schema, name: str, one: Any) -> Make:
    if name in _TONGUES:
        return _tongues
    inner = _word(one.inner.enum) if isinstance(one.inner, WordField) else _plain

    def make(value: Any, reading: Reading) -> Cell:
        return "\n".join(str(inner(item, reading)) for item in value)

    return make


def _tongues(value: Any, reading: Reading) -> Cell:
    return ", ".join(localized(TONGUES.get(code), reading.language) or str(code) for code in value)


def _entries(value: Any, reading: Reading) -> Cell:
    return "\n".join(f"{name}: {_plain(one, reading)}" for name, one in value.items())


def _changes(value: Any, reading: Reading) -> Cell:
    """What was changed, from what to what; of things that hold others, how many there were."""
    lines = []
    for name, change in value.items():
        said = reading.say(heading_of(name))
        if isinstance(change, Mapping) and set(change) <= {"from", "to"}:
            lines.append(f"{said}: {_side(change.get('from'), reading)} → {_side(change.get('to'), reading)}")
        else:
            lines.append(f"{said}: {_side(change, reading)}")
    return "\n".join(lines)


def _side(value: Any, reading: Reading) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return translate(N_("{count} entries"), reading.language, count=len(value))
    return " ".join(str(_plain(value, reading)).split())


_MADE_OF: Mapping[str, Make] = {"entity": _noun, "offset": _offset, "due_offset": _offset}
"""How cells of texts are made that are codes to people."""


class _Items:
    """Makes a cell of a list of objects: a line for each, with what is known of it; ids by their names."""

    def __init__(self, schema: Schema) -> None:
        self._columns = [column for column in _derived(schema) if not column.is_id]
        self.referred = [(column.table, column.path[0]) for column in self._columns if column.table is not None]

    def __call__(self, value: Any, reading: Reading) -> Cell:
        lines = []
        for item in value:
            cells = [(column, column.cell(item, reading)) for column in self._columns]
            lines.append(_BETWEEN.join(_in_words(column, cell) for column, cell in cells if cell not in (None, "")))
        return "\n".join(lines)


def _in_words(column: ListColumn, cell: Cell) -> str:
    """A cell within a line of others."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return " ".join(str(cell).split())


def with_names(reading: Reading, names: Names) -> Reading:
    """The same reading with what the ids of its rows stand for."""
    return replace(reading, names=names)
