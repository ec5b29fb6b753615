"""Where the service runs SQL, on SQLite and on PostgreSQL; so that no statement is left untried on PostgreSQL.

Most tests run on SQLite alone (:mod:`tests.databases`). With ``--statements`` a run of the whole suite notes the place
in the code of every statement it executes, and fails when a place was reached on SQLite only. Rows that are written by
a flush or loaded with an attribute have no place of their own: they count by what is done to which table. Processes
that tests start are not looked into.
"""

import linecache
import re
import sys
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests import paths

ROOT = f"{paths.ROOT}/"
ROOMS = tuple(f"{ROOT}{room}/" for room in ("models", "calendars", "jobs", "service", "seed"))
_TRANSACTIONS = f"{ROOMS[0]}database.py"
"""Commits for everybody: whoever opened the transaction is asked, not it."""
_TESTS = f"{paths.TESTS}/"
_IMPLICIT = ("sqlalchemy/orm/unitofwork.py", "sqlalchemy/orm/attributes.py")
"""Write and read rows without a statement in the service's code: flushes, and attributes that are loaded when used."""
_TABLE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM|SELECT\b.*? FROM) "?(\w+)', re.DOTALL)
_OF_SQLITE = ("BEGIN", "PRAGMA")
"""A driver of PostgreSQL begins transactions itself."""

_MIGRATIONS = "models/migrations/"
"""Branch by database; the tests of migrations run all of them on both."""
ON_SQLITE_ONLY = "# on SQLite only"
"""The comment, on the line of a statement or the one above, that says that PostgreSQL has no use for it."""

Places = dict[str, set[str]]
"""By the name of the database: where statements were executed."""


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--statements",
        action="store_true",
        help="fail when a statement of the service ran on SQLite only; for runs of the whole suite",
    )


class Recorder:
    """Notes where statements are executed, on every engine of this process."""

    def __init__(self) -> None:
        self.places: Places = {}

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._note)

    def stop(self) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def add(self, places: Mapping[str, Iterable[str]]) -> None:
        """What another process noted."""
        for database, found in places.items():
            self.places.setdefault(database, set()).update(found)

    def _note(self, connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(_OF_SQLITE) and (place := place_of(statement, sys._getframe(1))):
            self.places.setdefault(connection.dialect.name, set()).add(place)


def place_of(statement: str, frame: FrameType | None) -> str:
    """``file:line`` of the service's code that had the statement executed; empty when tests did so themselves.

    A test that takes a function's place, and writes in the midst of a request, has done so itself.
    """
    is_implicit = False
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_TESTS):
            return ""
        if file.startswith(ROOMS) and file != _TRANSACTIONS:
            found = _TABLE.match(statement) if is_implicit else None
            return f"{found[1].split()[0]} {found[2]}" if found else f"{file.removeprefix(ROOT)}:{frame.f_lineno}"
        is_implicit = is_implicit or file.endswith(_IMPLICIT)
        frame = frame.f_back
    return ""


def on_sqlite_only(places: Mapping[str, Iterable[str]]) -> list[str]:
    """The places PostgreSQL has not seen and should have; sorted."""
    missing = set(places.get("sqlite", ())) - set(places.get("postgresql", ()))
    return sorted(place for place in missing if not _is_excused(place))


def _is_excused(place: str) -> bool:
    file, is_line, line = place.partition(":")
    if not is_line:
        return False
    number = int(line)
    lines = (linecache.getline(f"{ROOT}{file}", number - 1), linecache.getline(f"{ROOT}{file}", number))
    return file.startswith(_MIGRATIONS) or any(ON_SQLITE_ONLY in one for one in lines)
