"""Opens the database of an office written by version 0.1 (`tests/data/office_0_1`) and compares it with later states.

The recorded answers are data and are never generated again. Rows are read with plain SQL, because the table classes
know the newest revision only.
"""

import difflib
import io
import json
import lzma
import re
import shutil
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import NullPool, create_engine, inspect

from tests.cluster import Cluster
from tests.paths import TESTS

DATA = TESTS / "data" / "office_0_1"
BACKUP = DATA / "office.backup.zip"
EXPECTED: Mapping[str, Any] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
"""Recorded with version 0.1: accounts, tokens, feeds and their ETags, passports, the reminders that were due."""

INSTANT = datetime.fromisoformat(EXPECTED["instant"])
"""The instant of all recorded answers: Sunday 22 November 2026, 10:00 in the office."""

KEY: str = EXPECTED["secret_key"]
LOCALITY = "hai-duong"
"""Its DESK_LOCALITY: the default of version 0.1, and still."""
REVISION: str = EXPECTED["revision"]
"""The revision of version 0.1."""

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[tuple[Any, ...], Row]]
"""Table → primary key → row, as the database's driver gives them."""


# Opened


def open_sqlite(path: Path) -> str:
    """Put the SQLite file there; its address."""
    with lzma.open(DATA / "office.sqlite.xz") as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return f"sqlite:///{path}"


def open_postgresql(server: Cluster, name: str) -> str:
    """Load the PostgreSQL dump into a new database; its address."""
    url = server.create(name)
    with server.connect(name) as connection, lzma.open(DATA / "office.postgresql.sql.xz") as dump:
        load(connection, dump.read())
    return url


def load(connection: psycopg.Connection[Any], dump: bytes) -> None:
    """Run what `pg_dump --format=plain` wrote, without psql: statements, and rows between COPY and its end."""
    statements: list[bytes] = []
    lines = iter(dump.splitlines(keepends=True))
    for line in lines:
        if not line.startswith(b"COPY "):
            statements.append(line)
            continue
        connection.execute(b"".join(statements))
        statements.clear()
        with connection.cursor() as cursor, cursor.copy(line) as copy:
            for row in lines:
                if row == b"\\.\n":
                    break
                copy.write(row)
    connection.execute(b"".join(statements))


@cache
def answers() -> Mapping[str, bytes]:
    """File → content of what was recorded of feeds and lists."""
    with lzma.open(DATA / "answers.tar.xz") as packed, tarfile.open(fileobj=io.BytesIO(packed.read())) as archive:
        found = {entry.name: archive.extractfile(entry) for entry in archive.getmembers()}
        return {name: file.read() for name, file in found.items() if file is not None}


@cache
def readable() -> Mapping[str, frozenset[str]]:
    """Account → ids of the events it could list."""
    return {name: frozenset(ids) for name, ids in json.loads(answers()["readable.json"]).items()}


@dataclass(frozen=True)
class Served:
    """The response to a request for a feed; ETag and body are empty unless ``status`` is 200."""

    status: int
    etag: str | None
    body: bytes


@cache
def feeds() -> Mapping[str, Served]:
    """Name → how version 0.1 answered at the fixed instant."""
    return {
        name: Served(one["status"], one["etag"], answers().get(f"feeds/{name}.{one['path'][-3:]}", b""))
        for name, one in EXPECTED["feeds"].items()
    }


# Compared


def rows_of(url: str) -> Rows:
    """All rows of all tables but Alembic's own."""
    engine = create_engine(url, poolclass=NullPool)
    found: dict[str, dict[tuple[Any, ...], Row]] = {}
    with engine.connect() as connection:
        asked = inspect(connection)
        keys = {
            table: asked.get_pk_constraint(table)["constrained_columns"]
            for table in sorted(set(asked.get_table_names()) - {"alembic_version"})
        }
        driver: Any = connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            set_json_loads(bytes, driver)  # PostgreSQL writes the same JSON in one way only; nobody has to read it
        for table, key in keys.items():
            cursor = driver.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            places = [columns.index(column) for column in key]
            found[table] = {
                tuple(row[place] for place in places): dict(zip(columns, row, strict=True)) for row in cursor
            }
    return found


def row_differences(before: Rows, after: Rows, known: Collection[str] = (), *, may_grow: bool = False) -> list[str]:
    """Describe each difference between two states, one sentence each.

    Tables (``table``) and columns (``table.column``) in ``known`` are left out. With ``may_grow`` new tables and
    columns are no difference; new rows always are.
    """
    found = [f"{table}: the table is gone" for table in before.keys() - after.keys()]
    found += [f"{table}: a new table" for table in after.keys() - before.keys() if not may_grow]
    for table in sorted((before.keys() & after.keys()) - set(known)):
        old, new = before[table], after[table]
        found += [f"{table} {key}: the row is gone" for key in old.keys() - new.keys()]
        found += [f"{table} {key}: a new row" for key in new.keys() - old.keys()]
        for key in old.keys() & new.keys():
            found += _changes(f"{table} {key}", table, old[key], new[key], known, may_grow)
    return found


def _changes(place: str, table: str, old: Row, new: Row, known: Collection[str], may_grow: bool) -> Iterator[str]:
    for column in sorted(old.keys() | new.keys()):
        if f"{table}.{column}" in known or (may_grow and column not in old):
            continue
        if column not in old or column not in new:
            yield f"{place}: the column {column} is {'gone' if column in old else 'new'}"
        elif old[column] != new[column]:
            yield f"{place}: {column} was {old[column]!r}, is {new[column]!r}"


RENAMED: Mapping[str, str] = {
    r"(?m)^CATEGORIES:Đoàn công tác\r$": "CATEGORIES:Đoàn đại biểu\r",
    r"(?m)^CATEGORIES:Lớp đào tạo": "CATEGORIES:Đợt đào tạo",
    r"(?m)^CATEGORIES:Hoạt động\r$": "CATEGORIES:Hoạt động khác\r",
    r"(?m)^CATEGORIES:ກິດຈະກຳ\r$": "CATEGORIES:ກິດຈະກຳອື່ນ\r",
    r"(?m)^CATEGORIES:Activity\r$": "CATEGORIES:Other activity\r",
    r"(?m)^CATEGORIES:Anniversary\r$": "CATEGORIES:Ceremony\r",
    r"Trạng thái: Đã lên kế hoạch": "Trạng thái: Trong kế hoạch",
    r"Trạng thái: Hoãn": "Trạng thái: Đã hoãn",
    r"ສະຖານະ: ວາງແຜນແລ້ວ": "ສະຖານະ: ຢູ່ໃນແຜນ",
    r"ສະຖານະ: ເລື່ອນອອກໄປ": "ສະຖານະ: ເລື່ອນແລ້ວ",
    r"Kỷ niệm lần thứ (\d+)": r"Kỷ niệm \1 năm",
    r"ຄົບຮອບຄັ້ງທີ (\d+)": r"ຄົບຮອບ \1 ປີ",
    r"ເຈົ້າພາບຈັດ: ": "ເປັນປະທານ: ",
    r"\(ປີຮອບສິບ\)": "(ຮອບ 10 ປີ)",
    r"\(ປີຮອບຫ້າ\)": "(ຮອບ 5 ປີ)",
    r"(?<![\d/])(\d)/(\d{1,2})/(\d{4})": r"0\1/\2/\3",
    r"(?<![\d/])(\d\d)/([12])/(\d{4})": r"\1/0\2/\3",
    r"(?<![\d/])(\d)–(\d{1,2}/\d{1,2}/\d{4})": r"0\1–\2",
    r"(?<![\d/])(\d)/(\d{1,2})–": r"0\1/\2–",
    r"(?<![\d/])(\d\d)/([12])–": r"\1/0\2–",
}
"""What feeds called things up to version 0.3, as a pattern → what they call them now: the words of docs/glossary.md."""


def with_words_of_today(body: bytes) -> str:
    """A calendar, its lines unfolded, as it reads with the present names."""
    text = body.replace(b"\r\n ", b"").decode("utf-8", "replace")
    for old, new in RENAMED.items():
        text = re.sub(old, new, text)
    return text


def feed_differences(
    before: Mapping[str, Served], after: Mapping[str, Served], known: Collection[str] = ()
) -> list[str]:
    """Describe feeds whose status, ETag or bytes differ, with the first differing lines, except those in ``known``.

    Where only words have been renamed since (:data:`RENAMED`), other bytes with another ETag are no difference.
    """
    found = [f"{name}: not asked" for name in before.keys() - after.keys()]
    for name in sorted((before.keys() & after.keys()) - set(known)):
        old, new = before[name], after[name]
        if old.body != new.body and with_words_of_today(old.body) == with_words_of_today(new.body):
            if old.status != new.status or old.etag == new.etag:
                found.append(f"{name}: was {old.status} {old.etag}, is {new.status} {new.etag}")
        elif old.body != new.body:
            both = (text.decode("utf-8", "replace").splitlines() for text in (old.body, new.body))
            lines = [line for line in difflib.unified_diff(*both, n=0, lineterm="") if line[:3] not in {"---", "+++"}]
            found.append(f"{name}: other bytes, {lines[:6]}")
        elif (old.status, old.etag) != (new.status, new.etag):
            found.append(f"{name}: was {old.status} {old.etag}, is {new.status} {new.etag}")
    return found


def read_more(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Account → events it can list now and could not before; only accounts with any."""
    more = {name: set(ids - before.get(name, frozenset())) for name, ids in after.items()}
    return {name: ids for name, ids in more.items() if ids}
