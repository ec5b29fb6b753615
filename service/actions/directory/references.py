"""Everything that refers to a person or an organisation, and how references are moved and moved back.

The foreign keys are read from the tables themselves, so that a new one can't be forgotten. Columns that refer without
one, and JSON that names ids, are listed here; a test looks for the id of somebody who was merged in every column of
every table (``tests/service/directory/test_references.py``).

Rows are changed by statements and not as objects: a member's organisation stays settled
(:mod:`models.participation`). Versions grow as with any change, so a change begun before is refused as stale.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    cast,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.base import metadata
from models.imports import ImportedEntry
from models.vocabulary import MergedEntity
from service.actions.directory.kept_values import readable, stored_type, writable

LOOSE: Mapping[MergedEntity, Collection[tuple[str, str]]] = {
    MergedEntity.PERSON: (("seed_entry", "entity_id"),),
    MergedEntity.ORGANISATION: (
        ("member", "organisation_id"),
        ("event", "head_organisation_id"),
        ("task", "person_organisation_id"),
        ("deleted_event", "organisation_id"),
        ("trashed_event", "organisation_id"),
        ("person", "former_organisation_id"),
        ("seed_entry", "entity_id"),
    ),
}
"""Columns, by table and name, that refer to a person or an organisation and are no foreign keys."""

NAMED: Mapping[MergedEntity, Collection[tuple[str, str]]] = {
    MergedEntity.PERSON: (("event", "confirmed_values"), ("seed_entry", "held")),
    MergedEntity.ORGANISATION: (("event", "confirmed_values"), ("seed_entry", "held"), ("feed", "filter")),
}
"""Columns of JSON that may name ids of people or organisations."""

SEALED = frozenset({"passport", "particulars"})
"""Tables of what is a person's own and is forgotten in time: no copy is kept of what moves, and what was deleted or
replaced since never comes back."""

_ENTRY: Table = ImportedEntry.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500

Key = tuple[Any, ...]
"""A row's primary key, in the table's order."""


@dataclass(frozen=True, slots=True)
class Move:
    """One value that was moved: of which row, from what to what.

    ``version`` is the row's when everything was moved, None for tables without versions; as long as it is the same,
    nobody has changed the row since. ``column`` is empty for a whole row: ``before`` are the values of one that was
    deleted, ``after`` those of one that was made.
    ``by_value``: it is moved back as long as the value itself is still ``after``, whatever else of its row changed.
    ``seen`` (of sealed rows): key of the row that the one who stays has, and what names its state (:func:`_state`); the
    move is taken back only as long as it is in that state.
    Values are plain JSON.
    """

    table: str
    key: list[Any]
    column: str
    before: Any
    after: Any = None
    version: int | None = None
    by_value: bool = False
    seen: list[Any] | None = None

    def kept(self) -> dict[str, Any]:
        """As it is kept with what it belongs to."""
        return asdict(self)

    @property
    def row(self) -> tuple[str, Key]:
        return self.table, tuple(self.key)


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row that stayed when a step was undone, and why its move could not be taken back."""

    table: str
    key: list[Any]


def columns_of(entity: MergedEntity) -> list[tuple[str, str]]:
    """Every column that refers to a person or an organisation, by table and name, in a fixed order."""
    keys = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(one.column.table.name == entity.value for one in column.foreign_keys)
    }
    return sorted(keys.union(LOOSE[entity]))


class Mover:
    """Moves references in a transaction and keeps how they were."""

    def __init__(self, session: Session, now: datetime) -> None:
        session.flush()
        self.connection: Connection = session.connection()
        self.now = now
        self._moves: list[Move] = []

    def move(self, table_name: str, column: str, old: str, new: str | None, *where: ColumnElement[bool]) -> list[Key]:
        """Move a column of the rows that refer to ``old`` and meet the conditions; their keys."""
        table = metadata.tables[table_name]
        keys = self.rows(table_name, table.c[column] == old, *where)
        for some in _batches(keys):
            self.set(table_name, some, {column: new})
        self._moves += [Move(table_name, list(key), column, old, new) for key in keys]
        return keys

    def move_once(self, table_name: str, column: str, old: str, new: str) -> None:
        """Move a column wherever it refers to ``old``, but leave no row that says the same twice, and none that refers
        to itself."""
        table = metadata.tables[table_name]
        is_key = column in table.primary_key.columns
        for others in _unique_with(table, column):
            twin = table.alias("twin")
            same = [twin.c[one] == table.c[one] for one in others]
            twice = select(twin.c[column]).where(twin.c[column] == new, *same).exists()
            for key in self.rows(table_name, table.c[column] == old, twice):
                self.delete(table_name, key)
                if table_name in SEALED:
                    self._moves[-1] = replace(self._moves[-1], seen=[[new], _state(self.connection, table, (new,))])
        if table_name in SEALED:
            if self.rows(table_name, table.c[column] == old):
                self.set(table_name, [(old,)], {column: new})
                seen = [[new], _state(self.connection, table, (new,))]
                self._moves.append(Move(table_name, [new], column, old, new, seen=seen))
            return
        if is_key:
            for key in self.rows(table_name, table.c[column] == old):
                values = self.row(table_name, key)
                self.delete(table_name, key)
                self.insert(table_name, values | {column: new})
            return
        if any(one.column.table is table for one in table.c[column].foreign_keys):
            (own,) = table.primary_key
            self.move(table_name, column, old, None, own == new)
        self.move(table_name, column, old, new)

    def remember(self, table_name: str, key: Key, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Keep how values were that something else has changed; they are taken back each by itself."""
        self._moves += [
            Move(table_name, list(key), column, writable(before[column]), writable(after[column]), by_value=True)
            for column in after
        ]

    def move_named(self, table_name: str, column: str, old: str, new: str, *where: ColumnElement[bool]) -> list[Key]:
        """Replace an id in a column of JSON, of a list once; the keys of the rows that name it."""
        table = metadata.tables[table_name]
        keys = []
        named = cast(table.c[column], Text).like(f"%{old}%")
        found = select(*table.primary_key, table.c[column]).where(named, *where).order_by(*table.primary_key)
        for *key, value in self.connection.execute(found).all():
            replaced = _replaced(value, old, new)
            if replaced != value:
                self.change(table_name, tuple(key), {column: value}, {column: replaced})
                keys.append(tuple(key))
        return keys

    def change(
        self, table_name: str, key: Key, before: Mapping[str, Any], after: Mapping[str, Any], *, by_value: bool = False
    ) -> None:
        """Give a row other values and keep how they were."""
        self.set(table_name, [key], after)
        self._moves += [
            Move(
                table_name,
                list(key),
                column,
                writable(before[column]),
                writable(after[column]),
                by_value=by_value,
            )
            for column in after
        ]

    def delete(self, table_name: str, key: Key) -> None:
        """Delete a row and keep it as it was."""
        table = metadata.tables[table_name]
        values = self.row(table_name, key)
        self.connection.execute(delete(table).where(_is(table, key)))
        self._moves.append(Move(table_name, list(key), "", _written(table, values)))

    def insert(self, table_name: str, values: Mapping[str, Any]) -> None:
        """Make a row; it is taken away again as long as it is the same."""
        table = metadata.tables[table_name]
        self.connection.execute(insert(table).values(dict(values)))
        key = [values[column.name] for column in table.primary_key]
        self._moves.append(Move(table_name, key, "", None, _written(table, values)))

    def row(self, table_name: str, key: Key) -> dict[str, Any]:
        """The values of a row."""
        table = metadata.tables[table_name]
        return dict(self.connection.execute(select(table).where(_is(table, key))).one()._mapping)

    def rows(self, table_name: str, *where: ColumnElement[bool]) -> list[Key]:
        """The keys of the rows that meet conditions, in their order."""
        table = metadata.tables[table_name]
        found = select(*table.primary_key).where(*where).order_by(*table.primary_key)
        return [tuple(row) for row in self.connection.execute(found)]

    def set(self, table_name: str, keys: Sequence[Key], values: Mapping[str, Any]) -> None:
        """Give rows other values, as changes made now; nothing is kept of how they were.

        An event that was taken in from a calendar file counts as changed since only if somebody else changes it.
        """
        _set(self.connection, self.now, table_name, keys, values)

    def moves(self) -> list[dict[str, Any]]:
        """Every move in order, as it is kept, with the versions that the rows have now."""
        versions = _versions(self.connection, {one.row for one in self._moves if one.column})
        return [replace(one, version=versions.get(one.row)).kept() for one in self._moves]

    def moved(self) -> list[Move]:
        """Every move so far."""
        return list(self._moves)


def take_back(
    session: Session, now: datetime, kept: Sequence[Mapping[str, Any]], present: Callable[[str, str, Any], Any]
) -> tuple[list[Move], list[RowKey]]:
    """Move everything back, the last first; what was moved back, and the rows that stay as somebody has changed them.

    ``present`` (table, column, value) is what stands for a value by now, if what it refers to was merged since.
    """
    session.flush()
    connection = session.connection()
    moves = [Move(**one) for one in kept]
    versions = _versions(connection, {one.row for one in moves if one.column})
    done: list[Move] = []
    stayed: dict[tuple[str, Key], None] = {}
    together: dict[tuple[str, str, str], list[Move]] = defaultdict(list)
    lost: list[Move] = []
    for one in reversed(moves):
        table = metadata.tables[one.table]
        if one.seen is not None and _state(connection, table, tuple(one.seen[0])) != one.seen[1]:
            stayed[_OWNER, tuple(one.seen[0])] = None
        elif not one.column:
            _take_back_plain(connection, now, together, done, stayed)
            if not _is_lost(table, one, lost) and _take_back_row(connection, table, one, present, stayed):
                done.append(one)
            else:
                lost.append(one)
                stayed[_named(one)] = None
        elif not one.by_value and one.version is not None and versions.get(one.row) != one.version:
            stayed[one.row] = None
        elif one.by_value or isinstance(stored_type(table.c[one.column].type), JSON):
            _take_back_plain(connection, now, together, done, stayed)
            _take_back_value(connection, now, one, present, done, stayed)
        else:
            before = present(one.table, one.column, one.before)
            together[one.table, one.column, repr((before, one.after))].append(replace(one, before=before))
    _take_back_plain(connection, now, together, done, stayed)
    return done, [RowKey(table_name, list(key)) for table_name, key in stayed]


_OWNER = MergedEntity.PERSON.value


def _named(one: Move) -> tuple[str, Key]:
    """The row by which people know what stayed: the person whose own it is, else the row itself."""
    if one.table in SEALED:
        return _OWNER, tuple(one.key)
    if one.table == "file" and one.column == "person_id":
        return _OWNER, (one.after,)
    return one.row


def _state(connection: Connection, table: Table, key: Key) -> str:
    """What names the state of a row, telling nothing of it; empty if there is none."""
    row = connection.execute(select(table).where(_is(table, key))).first()
    return (
        ""
        if row is None
        else hashlib.sha256(repr(sorted(_written(table, dict(row._mapping)).items())).encode()).hexdigest()
    )


def _is_lost(table: Table, one: Move, lost: Iterable[Move]) -> bool:
    """Whether a deleted row had gone on under another key, and was changed or deleted there: it does not come back."""
    keys = {column.name for column in table.primary_key}

    def told(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name not in keys}

    return one.before is not None and any(
        other.table == one.table and other.before is None and told(other.after) == told(one.before) for other in lost
    )


def _take_back_plain(
    connection: Connection,
    now: datetime,
    together: dict[tuple[str, str, str], list[Move]],
    done: list[Move],
    stayed: dict[tuple[str, Key], None],
) -> None:
    """Move back what is gathered, all rows of a column with one statement; then nothing is gathered any more."""
    for (table_name, column, _values), moves in together.items():
        table = metadata.tables[table_name]
        for some in _batches(moves):
            keys = [tuple(one.key) for one in some]
            if _is_gone(connection, table.c[column], some[0].before):
                stayed.update({_named(one): None for one in some})
                continue
            still = select(*table.primary_key).where(_among(table, keys), table.c[column] == some[0].after)
            found = {tuple(row) for row in connection.execute(still)}
            if found:
                _set(connection, now, table_name, sorted(found), {column: some[0].before})
            done += [one for one in some if tuple(one.key) in found]
            stayed.update({_named(one): None for one in some if tuple(one.key) not in found})
    together.clear()


def _take_back_value(
    connection: Connection,
    now: datetime,
    one: Move,
    present: Callable[[str, str, Any], Any],
    done: list[Move],
    stayed: dict[tuple[str, Key], None],
) -> None:
    table = metadata.tables[one.table]
    column = table.c[one.column]
    row = connection.execute(select(column).where(_is(table, tuple(one.key)))).first()
    if row is None or writable(row[0]) != one.after:
        stayed[one.row] = None
        return
    before = readable(column.type, present(one.table, one.column, one.before))
    if _is_gone(connection, column, before):
        stayed[one.row] = None
        return
    _set(connection, now, one.table, [tuple(one.key)], {one.column: before})
    done.append(one)


def _is_gone(connection: Connection, column: Column[Any], value: Any) -> bool:
    """Whether a column of references can't have a value any more: what it refers to was deleted."""
    return value is not None and any(
        connection.execute(select(one.column).where(one.column == value)).first() is None for one in column.foreign_keys
    )


def _take_back_row(
    connection: Connection,
    table: Table,
    one: Move,
    present: Callable[[str, str, Any], Any],
    stayed: dict[tuple[str, Key], None],
) -> bool:
    """Put a deleted row back, or take away one that was made; False if what it belongs to is gone, something else has
    taken its place, or it has changed. Without what it may lack and was deleted since: then it stays so, and is
    named."""
    if one.before is None:
        row = connection.execute(select(table).where(_is(table, tuple(one.key)))).first()
        if row is None or _written(table, dict(row._mapping)) != one.after:
            return False
        connection.execute(delete(table).where(_is(table, tuple(one.key))))
        return True
    read = {
        name: readable(table.c[name].type, present(one.table, name, value))
        for name, value in one.before.items()
        if name in table.c
    }
    gone = [name for name, value in read.items() if _is_gone(connection, table.c[name], value)]
    if any(not table.c[name].nullable for name in gone):
        return False
    if gone:
        stayed[_named(one)] = None
        read |= dict.fromkeys(gone)
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(read))
    except IntegrityError:
        return False
    return True


def _set(
    connection: Connection, now: datetime, table_name: str, keys: Sequence[Key], values: Mapping[str, Any]
) -> None:
    table = metadata.tables[table_name]
    changed: dict[str, Any] = dict(values)
    if "version" in table.c:
        changed["version"] = table.c.version + 1
    if "updated_at" in table.c:
        changed["updated_at"] = now
    if table_name == "event":
        ids = [key[0] for key in keys]
        as_imported = select(table.c.version).where(table.c.id == _ENTRY.c.event_id).scalar_subquery()
        grown = update(_ENTRY).where(_ENTRY.c.event_id.in_(ids), _ENTRY.c.event_version == as_imported)
        connection.execute(grown.values(event_version=_ENTRY.c.event_version + 1))
    connection.execute(update(table).where(_among(table, keys)).values(changed))


def _written(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: writable(values[column.name]) for column in table.columns}


def _versions(connection: Connection, rows: Iterable[tuple[str, Key]]) -> dict[tuple[str, Key], int]:
    """The versions of rows, of those that have one."""
    by_table: dict[str, list[Key]] = defaultdict(list)
    for table_name, key in sorted(rows, key=repr):
        by_table[table_name].append(key)
    found: dict[tuple[str, Key], int] = {}
    for table_name, keys in by_table.items():
        table = metadata.tables[table_name]
        for some in _batches(keys) if "version" in table.c else ():
            listed = select(*table.primary_key, table.c.version).where(_among(table, some))
            found |= {(table_name, tuple(key)): version for *key, version in connection.execute(listed)}
    return found


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[first : first + _AT_ONCE] for first in range(0, len(rows), _AT_ONCE))


def _unique_with(table: Table, column: str) -> list[list[str]]:
    """The other columns of each constraint by which a value of this column occurs once."""
    constraints = [
        [one.name for one in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
    ]
    constraints += [
        [one.name for one in index.columns]
        for index in table.indexes
        if index.unique and index.dialect_options["sqlite"]["where"] is None
    ]
    return [[one for one in names if one != column] for names in constraints if column in names]


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return _among(table, [key])


def _among(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def _replaced(value: Any, old: str, new: str) -> Any:
    """A JSON value with one id instead of another; a list names each id once."""
    if isinstance(value, Mapping):
        return {name: _replaced(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list):
        if old not in value:
            return [_replaced(inner, old, new) for inner in value]
        return list(dict.fromkeys(new if inner == old else inner for inner in value))
    return new if value == old else value
