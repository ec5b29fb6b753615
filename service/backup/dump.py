"""Taking a backup: all tables as of one instant, while others continue to write."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from models import dump_rows
from models.database import Database
from models.errors import Conflict
from models.file_store import FileStore
from models.i18n import N_, message
from models.installation import SecretKeyCheck
from models.migrate import knows
from service import VERSION
from service.actions.feeds.store import snapshot
from service.actions.secret_key import check
from service.backup import archive, stored_files, tables
from service.backup.archive import Manifest


def take(
    database: Database,
    path: Path,
    now: datetime,
    secret_key: str,
    office: str,
    store: FileStore | None = None,
    *,
    force: bool = False,
) -> Manifest:
    """Write a backup of everything to ``path``, readable by its owner only; returns its manifest.

    ``store`` is where the files are, None to leave them out. What somebody deletes meanwhile stays there for a day.

    Everything is read in one transaction, which sees what was committed when it began and blocks no writer. The file
    gets its name only when it is complete and on disk.

    Raises:
        Conflict: the file exists and ``force`` is not given; or the database's revision is unknown to this program;
            or the secret key is not the database's; or the store of the files is not there.
        OSError: the file can't be written.
    """
    _refuse_overwriting(path, force)
    with new_file(path) as file:
        with snapshot(database) as session:
            connection = session.connection()
            if not database.is_sqlite:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            if inspect(connection).has_table(SecretKeyCheck.__tablename__):
                check(session, secret_key)  # a damaged key would sign what no whole one verifies
            manifest = dump(connection, file, now, secret_key, office, store)
        _refuse_overwriting(path, force)
    return manifest


def _refuse_overwriting(path: Path, force: bool) -> None:
    if not force and path.exists():
        raise Conflict(message(N_("There is a file {file} already; --force replaces it."), file=str(path)))


def dump(
    connection: Connection, file: IO[bytes], now: datetime, secret_key: str, office: str, store: FileStore | None = None
) -> Manifest:
    """Write what a transaction sees into an empty file, signed; ``office`` is its own locality's code.

    Raises:
        Conflict: the database was never migrated, or was migrated by a newer version.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise Conflict(message(N_("The database is not migrated: run `desk init`.")))
    if not knows(revision):
        raise Conflict(message(N_("This program does not know the shape of the database ({at})."), at=revision))
    about = Manifest(
        format=archive.FORMAT,
        version=VERSION,
        revision=revision,
        taken_at=now,
        dialect=connection.dialect.name,
        secret_key=archive.fingerprint(secret_key),
        left_out=tables.LEFT_OUT,
        tables={},
        office=office,
    )
    shapes = dump_rows.shapes(connection, tables.backed_up())
    rows = ((shape, dump_rows.lines(connection, shape)) for shape in shapes.values())
    files = stored_files.members(connection, store)
    return archive.write(file, about, rows, secret_key, files, None if store is None else store.read)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file, mode 600, renamed to ``path`` when the block ends, complete and on disk; removed when it raises."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        settle_names(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def settle_names(folder: Path) -> None:
    """Sync a folder's directory entries to disk, where its file system supports that."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
