"""Which kind of constraint the database refused a row by, told by its error code, never by its words."""

import sqlite3
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy.exc import IntegrityError


class Violation(StrEnum):
    """The constraints that can refuse a row."""

    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign_key"
    NOT_NULL = "not_null"
    EXCLUSION = "exclusion"


_SQLITE: Mapping[int, Violation] = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: Violation.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: Violation.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_ROWID: Violation.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_CHECK: Violation.CHECK,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: Violation.FOREIGN_KEY,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: Violation.NOT_NULL,
}
_SQLSTATES: Mapping[str, Violation] = {
    "23505": Violation.UNIQUE,
    "23514": Violation.CHECK,
    "23503": Violation.FOREIGN_KEY,
    "23001": Violation.FOREIGN_KEY,  # ON DELETE RESTRICT
    "23502": Violation.NOT_NULL,
    "23P01": Violation.EXCLUSION,
}


def violation_of(problem: IntegrityError) -> Violation | None:
    """The kind of constraint that was violated; None for what else counts as one (a trigger that refuses).

    The words of an error name tables, constraints and, on PostgreSQL, what somebody typed into the row.
    Source: SQLite's extended result codes; PostgreSQL's appendix A, class 23.
    """
    error = problem.orig
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(error.sqlite_errorcode)
    return _SQLSTATES.get(getattr(error, "sqlstate", None) or "")
