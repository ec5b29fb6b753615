"""Replacing a database by a backup, all or nothing; the previous database is set aside first."""

import contextlib
import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError

from models import database_file, dump_rows
from models.database import Database
from models.errors import Conflict
from models.file_store import FileStore
from models.i18n import N_, message
from models.tables import metadata
from service.actions.context import ActionContext
from service.actions.reminders.delivery_status import WORKER_SILENCE
from service.backup import dump, stored_files, tables
from service.backup.archive import Archive
from service.backup.load import LoadSummary, check_revision, fill

_STAMP = "%Y%m%dT%H%M%S"
_IN_USE = N_("The database is in use: stop the service first. Nothing was changed.")
_LOCK_WITHIN = "10s"


@dataclass(frozen=True)
class RestoreSummary:
    """The result of a restore. ``aside`` is where the previous database was set aside; None if there was none.
    ``files``: how many were brought into the store."""

    filled: LoadSummary
    aside: Path | None
    files: int = 0


def restore(
    database: Database,
    archive: Archive,
    act: ActionContext,
    var: Path,
    secret_key: str,
    store: FileStore | None = None,
) -> RestoreSummary:
    """Replace the database by a backup; the two may be of different kinds.

    The files come first, into ``store``: bytes without a row harm nobody and are removed after a day, rows without
    bytes would. Until the last moment the database is unchanged, whatever happens to this process.

    Raises:
        BadBackup: as :func:`service.backup.load.fill`.
        Conflict: the database is in use.
        OSError: a file can't be written.
    """
    check_revision(archive)
    files = 0 if store is None else stored_files.bring_back(archive, store)
    return replace(_replaced(database, archive, act, var, secret_key), files=files)


def _replaced(database: Database, archive: Archive, act: ActionContext, var: Path, secret_key: str) -> RestoreSummary:
    if database.is_sqlite:
        return _replace_file(database, archive, act, secret_key)
    return _replace_tables(database, archive, act, var / f"replaced-{act.now:{_STAMP}}.zip", secret_key)


def refuse_if_served(connection: Connection, now: datetime) -> None:
    """Refuse while a worker's last heartbeat is recent."""
    if "heartbeat" not in inspect(connection).get_table_names():
        return
    # Columns by hand: the database may be at an older revision.
    shape = dump_rows.shapes(connection, ["heartbeat"])["heartbeat"]
    beats = connection.execute(select(shape.table.c["at"], shape.table.c["name"])).all()
    fresh = [(at, name) for at, name in beats if abs(now - at) < WORKER_SILENCE]
    if fresh:
        at, name = max(fresh)
        seconds = round(max(0.0, (now - at).total_seconds()))
        sentence = N_(
            "A worker ({name}) was at work {seconds} seconds ago. Stop the service, and a minute later try again."
        )
        raise Conflict(message(sentence, name=name, seconds=seconds))


def _holds_data(connection: Connection) -> bool:
    shapes = dump_rows.shapes(connection, tables.backed_up())
    return any(connection.execute(select(shape.table).limit(1)).first() for shape in shapes.values())


def _roles(connection: Connection) -> dict[str, str]:
    """The accounts' roles by address; columns by hand, because the database may be at an older revision."""
    if (shape := dump_rows.shapes(connection, ["user"]).get("user")) is None:
        return {}
    rows = connection.execute(select(shape.table.c["email"], shape.table.c["role"])).all()
    return {str(email): str(role) for email, role in rows}


def _refuse_existing(aside: Path) -> None:
    if aside.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(aside))


# PostgreSQL: one transaction


def _replace_tables(
    database: Database, archive: Archive, act: ActionContext, aside: Path, secret_key: str
) -> RestoreSummary:
    with database.engine.begin() as connection:
        ours = _lock_tables(connection)
        refuse_if_served(connection, act.now)
        is_full = _holds_data(connection)
        if is_full:
            _refuse_existing(aside)
            with dump.new_file(aside) as file:
                dump.dump(connection, file, act.now, secret_key, act.office.locality)
        roles = _roles(connection)
        _drop(connection, ours)
        filled = fill(connection, archive, act, secret_key, roles)
        # New tables have no statistics yet; the first readers would be slow.
        connection.exec_driver_sql(f"ANALYZE {', '.join(_ours(connection))}")
    return RestoreSummary(filled, aside if is_full else None)


def _ours(connection: Connection) -> list[str]:
    """The quoted names of our tables that exist."""
    quote = connection.dialect.identifier_preparer.quote
    there = {*metadata.tables, "alembic_version"}.intersection(inspect(connection).get_table_names())
    return [quote(name) for name in sorted(there)]


def _lock_tables(connection: Connection) -> list[str]:
    """Lock our existing tables against writing; returns their quoted names.

    Raises:
        Conflict: somebody else locks one of them for too long.
    """
    ours = _ours(connection)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'")
    if ours:
        with _busy_told():
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(ours)} IN EXCLUSIVE MODE")
    return ours


def _drop(connection: Connection, quoted: list[str]) -> None:
    """Drop our tables and nothing else: a foreign object that depends on them (a view) makes this fail."""
    if quoted:
        with _busy_told():
            connection.exec_driver_sql(f"DROP TABLE {', '.join(quoted)}")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_is_append_only()")


@contextmanager
def _busy_told() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", None) == "55P03":
            raise Conflict(message(_IN_USE)) from None
        raise


# SQLite: another file


def _replace_file(database: Database, archive: Archive, act: ActionContext, secret_key: str) -> RestoreSummary:
    target = Path(database.url.database or "").resolve()
    draft, aside = Path(f"{target}.restoring"), Path(f"{target}.replaced-{act.now:{_STAMP}}")
    with _alone_in(target.parent), _exclusive_connection(database.url, target) as connection:
        is_full = target.exists() and (connection is None or _needs_setting_aside(connection, act.now))
        _refuse_existing(aside)
        _remove(draft)
        roles = _roles_of_file(connection)
        try:
            database_file.create(draft)
            new = Database(database.url.set(database=str(draft)).render_as_string())
            filled = _build(new, archive, lambda connection: fill(connection, archive, act, secret_key, roles))
            _put_in_place(draft, target, connection, aside if is_full else None)
            if database.file is not None:
                database.file.accept()
        finally:
            _remove(draft)
    return RestoreSummary(filled, aside if is_full else None)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Only one restore at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(message(_IN_USE)) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def _exclusive_connection(url: URL, target: Path) -> Iterator[Connection | None]:
    """The only connection to the database, exclusively locked for the block; None if there is no readable database.

    Raises:
        Conflict: somebody else has a connection, even only for reading.
    """
    if not target.exists():
        yield None
        return
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 1})
    with engine.connect() as connection:
        try:
            for statement in ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT"):
                _driver(connection).execute(statement)
        except sqlite3.Error as problem:
            if problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise Conflict(message(_IN_USE)) from None
            yield None
        else:
            yield connection


def _driver(connection: Connection) -> sqlite3.Connection:
    """The connection below SQLAlchemy, which would begin a transaction before the first statement."""
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def _needs_setting_aside(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to set aside; a database that can't be read is set aside, too.

    Raises:
        Conflict: a worker was active a moment ago.
    """
    try:
        with connection.begin():
            refuse_if_served(connection, now)
            return _holds_data(connection)
    except DatabaseError:
        return True


def _roles_of_file(connection: Connection | None) -> dict[str, str]:
    """The roles in the database that is replaced; none if it can't be read."""
    if connection is None:
        return {}
    try:
        with connection.begin():
            return _roles(connection)
    except DatabaseError:
        return {}


def _build(database: Database, archive: Archive, fill_in: Callable[[Connection], LoadSummary]) -> LoadSummary:
    try:
        with database.engine.connect() as connection:
            _driver(connection).execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                filled = fill_in(connection)
            if connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() != ["ok"]:
                raise archive.damaged()
    finally:
        database.dispose()
    return filled


def _put_in_place(draft: Path, target: Path, connection: Connection | None, aside: Path | None) -> None:
    """Give the new file the database's name, owner and mode; the old one is given another name just before."""
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            # Content only in the -wal file would be lost under another name, and found by a new file of the same name.
            _driver(connection).execute("PRAGMA journal_mode=DELETE")
    if target.exists():
        before = target.stat()
        draft.chmod(before.st_mode & 0o777)
        with contextlib.suppress(PermissionError):
            os.chown(draft, before.st_uid, before.st_gid)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    if aside is not None:
        _set_aside(target, aside)
    for ending in ("-wal", "-shm"):
        Path(f"{target}{ending}").unlink(missing_ok=True)
    draft.replace(target)
    dump.settle_names(target.parent)


def _set_aside(target: Path, aside: Path) -> None:
    try:
        os.link(target, aside)  # so that a database exists under the old name at every instant
    except FileExistsError:
        raise
    except OSError:
        target.rename(aside)
    for ending in ("-wal", "-shm"):
        if Path(f"{target}{ending}").exists():
            Path(f"{target}{ending}").rename(f"{aside}{ending}")


def _remove(draft: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{draft}{ending}").unlink(missing_ok=True)
