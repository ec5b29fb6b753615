"""Tables as lines of JSON that mean the same on SQLite and on PostgreSQL, of whatever revision the database is.

What a column holds is asked of the database itself, not of the classes: they know the newest revision only.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from models.types import JSON_VALUE, UtcDateTime

_AT_ONCE = 500
"""Rows in memory at a time."""


class ColumnKind(StrEnum):
    """What a column holds, whichever database keeps it."""

    BOOLEAN = "boolean"
    BYTES = "bytes"
    DATE = "date"
    INSTANT = "instant"
    INTEGER = "integer"
    JSON = "json"
    TEXT = "text"
    TIME = "time"


_FOUND: tuple[tuple[type[TypeEngine[Any]], ColumnKind], ...] = (
    (Boolean, ColumnKind.BOOLEAN),
    (JSON, ColumnKind.JSON),
    (DateTime, ColumnKind.INSTANT),
    (Date, ColumnKind.DATE),
    (Time, ColumnKind.TIME),
    (LargeBinary, ColumnKind.BYTES),
    (Integer, ColumnKind.INTEGER),
    (String, ColumnKind.TEXT),
)
_TYPES: Mapping[ColumnKind, TypeEngine[Any]] = {
    ColumnKind.BOOLEAN: Boolean(),
    ColumnKind.BYTES: LargeBinary(),
    ColumnKind.DATE: Date(),
    ColumnKind.INSTANT: UtcDateTime(),
    ColumnKind.INTEGER: BigInteger(),
    ColumnKind.JSON: JSON_VALUE,
    ColumnKind.TEXT: Text(),
    ColumnKind.TIME: Time(),
}
_WRITE: Mapping[ColumnKind, Callable[[Any], str]] = {
    ColumnKind.BYTES: lambda value: base64.b64encode(value).decode(),
    ColumnKind.DATE: date.isoformat,
    ColumnKind.INSTANT: datetime.isoformat,
    ColumnKind.TIME: time.isoformat,
}
_READ: Mapping[ColumnKind, Callable[[str], Any]] = {
    ColumnKind.BYTES: lambda value: base64.b64decode(value, validate=True),
    ColumnKind.DATE: date.fromisoformat,
    ColumnKind.INSTANT: datetime.fromisoformat,
    ColumnKind.TIME: time.fromisoformat,
}


def kind_of(column_type: TypeEngine[Any]) -> ColumnKind:
    """What a column of this type holds. Raises TypeError for a type no backup knows how to write."""
    for known, kind in _FOUND:
        if isinstance(column_type, known):
            return kind
    raise TypeError(f"no kind of a column for {column_type!r}")


@dataclass(frozen=True)
class ForeignKeyRef:
    """A foreign key: its name (None where the database keeps none) and the table it refers to."""

    name: str | None
    table: str


@dataclass(frozen=True)
class TableShape:
    """A table as it is in a database: what its columns hold, its primary key, what it refers to."""

    name: str
    kinds: Mapping[str, ColumnKind]
    key: tuple[str, ...]
    references: tuple[ForeignKeyRef, ...]

    @cached_property
    def table(self) -> Table:
        """For statements: without constraints, every value typed by its kind."""
        columns = [Column(name, _TYPES[kind]) for name, kind in self.kinds.items()]
        return Table(self.name, MetaData(), *columns)


def shapes(connection: Connection, names: Collection[str]) -> dict[str, TableShape]:
    """The shapes of those of the named tables that are there, each after the tables it refers to."""
    found: dict[str, TableShape] = {}
    asked = inspect(connection)
    for name in sorted(set(asked.get_table_names()).intersection(names)):
        kinds = {column["name"]: kind_of(column["type"]) for column in asked.get_columns(name)}
        key = tuple(asked.get_pk_constraint(name)["constrained_columns"])
        keys = asked.get_foreign_keys(name)
        found[name] = TableShape(
            name, kinds, key, tuple(ForeignKeyRef(one["name"], one["referred_table"]) for one in keys)
        )
    needs = {
        name: [one.table for one in shape.references if one.table in found and one.table != name]
        for name, shape in found.items()
    }
    return {name: found[name] for name in TopologicalSorter(needs).static_order()}


def lines(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """A table's rows in the order of their keys, one JSON object and its line end each; read as they are asked for."""
    writers = [(name, _WRITE[kind]) for name, kind in shape.kinds.items() if kind in _WRITE]
    names = list(shape.kinds)
    table = shape.table
    statement = select(table).order_by(*(table.c[name] for name in shape.key))
    for row in connection.execute(statement.execution_options(stream_results=True, yield_per=_AT_ONCE)):
        values = dict(zip(names, row, strict=True))
        for name, write in writers:
            if values[name] is not None:
                values[name] = write(values[name])
        yield json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, shape: TableShape, given: Iterable[bytes]) -> int:
    """Insert rows given as :func:`lines` writes them; how many.

    Raises:
        ValueError: a line is no object with exactly the table's columns, or a value is not of its column's kind.
    """
    readers = [(name, _READ[kind]) for name, kind in shape.kinds.items() if kind in _READ]
    count, statement = 0, insert(shape.table)
    for batch in _batches(given):
        rows = [_row(line, shape, readers) for line in batch]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _batches(given: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in given:
        batch.append(line)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(line: bytes, shape: TableShape, readers: Iterable[tuple[str, Callable[[str], Any]]]) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict) or row.keys() != shape.kinds.keys():
        raise ValueError(f"a line of {shape.name} does not have its columns")
    for name, read in readers:
        if row[name] is not None:
            row[name] = read(row[name])
    return row


@contextmanager
def rows_in_any_order(connection: Connection, loaded: Iterable[TableShape]) -> Iterator[None]:
    """Let a row come before the one of its own table that it refers to.

    On PostgreSQL such keys are looked at when the block ends. SQLite looks at none where ``foreign_keys`` is off,
    which a transaction can't change: the caller has done it, and asks :func:`dangling` afterwards.
    """
    own = [(shape.name, one.name) for shape in loaded for one in shape.references if one.table == shape.name]
    if connection.dialect.name == "sqlite" or not own:
        yield
        return
    quote = connection.dialect.identifier_preparer.quote
    for table, name in own:
        key = f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(name or '')}"
        connection.exec_driver_sql(f"{key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name in own:
        key = f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(name or '')}"
        connection.exec_driver_sql(f"{key} NOT DEFERRABLE")


def number_on(connection: Connection, loaded: Iterable[TableShape]) -> None:
    """Have rows that are numbered by the database go on after the highest number loaded; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    quote = connection.dialect.identifier_preparer.quote
    for shape in loaded:
        if len(shape.key) == 1 and shape.kinds[shape.key[0]] is ColumnKind.INTEGER:
            highest = connection.execute(select(func.max(shape.table.c[shape.key[0]]))).scalar_one()
            sequence = text("SELECT setval(pg_get_serial_sequence(:table, :key), :number, :is_used)")
            values = {"number": highest or 1, "is_used": highest is not None}
            connection.execute(sequence, {"table": quote(shape.name), "key": shape.key[0], **values})


def dangling(connection: Connection) -> list[str]:
    """Tables with rows that refer to none, on SQLite; PostgreSQL has looked at every row already."""
    if connection.dialect.name != "sqlite":
        return []
    return sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
