"""Tables as lines of JSON that mean the same on SQLite and PostgreSQL, for any revision of the database.

Column types are read from the database itself, not from the classes, which only match the newest revision.
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
from typing import Any, NoReturn

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

_BATCH_ROWS = 500
"""The number of rows in memory at a time."""


class ColumnKind(StrEnum):
    """The type of a column's values, independent of the database."""

    BOOLEAN = "boolean"
    BYTES = "bytes"
    DATE = "date"
    INSTANT = "instant"
    INTEGER = "integer"
    JSON = "json"
    TEXT = "text"
    TIME = "time"


_KINDS: tuple[tuple[type[TypeEngine[Any]], ColumnKind], ...] = (
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
    """The kind of a column type. Raises TypeError for a type that backups do not support."""
    for candidate, kind in _KINDS:
        if isinstance(column_type, candidate):
            return kind
    raise TypeError(f"no kind of a column for {column_type!r}")


@dataclass(frozen=True)
class ForeignKeyRef:
    """A foreign key: its name (None if the database stores none) and the table it refers to."""

    name: str | None
    table: str


@dataclass(frozen=True)
class TableShape:
    """A table as it is in a database: the kinds of its columns, its primary key, its foreign keys."""

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
    """The shapes of those named tables that exist, each after the tables it refers to."""
    by_name: dict[str, TableShape] = {}
    inspector = inspect(connection)
    for name in sorted(set(inspector.get_table_names()).intersection(names)):
        kinds = {column["name"]: kind_of(column["type"]) for column in inspector.get_columns(name)}
        key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
        keys = inspector.get_foreign_keys(name)
        by_name[name] = TableShape(
            name, kinds, key, tuple(ForeignKeyRef(one["name"], one["referred_table"]) for one in keys)
        )
    needs = {
        name: [one.table for one in shape.references if one.table in by_name and one.table != name]
        for name, shape in by_name.items()
    }
    return {name: by_name[name] for name in TopologicalSorter(needs).static_order()}


def lines(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """A table's rows in key order, one JSON object and line end each; read lazily."""
    writers = [(name, _WRITE[kind]) for name, kind in shape.kinds.items() if kind in _WRITE]
    names = list(shape.kinds)
    table = shape.table
    statement = select(table).order_by(*(table.c[name] for name in shape.key))
    for row in connection.execute(statement.execution_options(stream_results=True, yield_per=_BATCH_ROWS)):
        values = dict(zip(names, row, strict=True))
        for name, write in writers:
            if values[name] is not None:
                values[name] = write(values[name])
        yield json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, shape: TableShape, source: Iterable[bytes]) -> int:
    """Insert rows written by :func:`lines`; return how many.

    Raises:
        ValueError: a line is not an object with exactly the table's columns, or a value is not of its column's kind.
    """
    readers = [(name, _READ[kind]) for name, kind in shape.kinds.items() if kind in _READ]
    count, statement = 0, insert(shape.table)
    for batch in _batches(source):
        rows = [_row(line, shape, readers) for line in batch]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _batches(source: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in source:
        batch.append(line)
        if len(batch) == _BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(line: bytes, shape: TableShape, readers: Iterable[tuple[str, Callable[[str], Any]]]) -> dict[str, Any]:
    row = json.loads(line, parse_constant=_no_constant)
    if not isinstance(row, dict) or row.keys() != shape.kinds.keys():
        raise ValueError(f"a line of {shape.name} does not have its columns")
    for name, read in readers:
        if row[name] is not None:
            row[name] = read(row[name])
    return row


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@contextmanager
def rows_in_any_order(connection: Connection, loaded: Iterable[TableShape]) -> Iterator[None]:
    """Allow a row to be inserted before the row of its own table that it refers to.

    On PostgreSQL such keys are checked when the block ends. SQLite checks none if ``foreign_keys`` is off, which cannot
    be changed within a transaction: the caller has done so, and calls :func:`dangling` afterwards.
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
    """Continue autoincremented keys after the highest number loaded; SQLite does so by itself."""
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
    """Tables with rows that violate a foreign key, on SQLite; PostgreSQL has checked every row already."""
    if connection.dialect.name != "sqlite":
        return []
    return sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
