"""The files in a backup: which contents are needed, copying them in and out, and which of them are lost."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select
from sqlmodel import Session, col

from models import dump_rows
from models.errors import Conflict, FilesAway
from models.file_store import FileStore
from models.files import File
from models.i18n import N_, message
from models.queries import stored_contents
from service.backup.archive import Archive
from service.backup.file_members import FileMember

_TABLES = ("stored_content", "file")
_AWAY = N_(
    "The folder with the files can't be read, so the backup would lack them. Look at DESK_FILES_URL and whether the"
    " folder is there, or leave the files out with --without-files. Nothing was written."
)


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file without its bytes."""

    id: str
    name: str
    sha256: str


def members(connection: Connection, store: FileStore | None) -> list[FileMember]:
    """The contents that files have, in the order of their digests; none without a store to take them from.

    Columns by hand: the database may be at an older revision, which knows no files.

    Raises:
        Conflict: the store is not there, and some are needed.
    """
    shapes = dump_rows.shapes(connection, _TABLES)
    if store is None or len(shapes) < len(_TABLES):
        return []
    content, file = shapes["stored_content"].table, shapes["file"].table
    needed = select(content.c.sha256, content.c.size).where(content.c.sha256.in_(select(file.c.sha256)))
    found = [FileMember(sha256, size) for sha256, size in connection.execute(needed.order_by(content.c.sha256))]
    if found:
        try:
            store.open(make=False)
        except FilesAway:
            raise Conflict(message(_AWAY)) from None
    return found


def bring_back(archive: Archive, store: FileStore) -> int:
    """Bring the files of a backup into the store; returns how many.

    Raises:
        FilesAway, NoSpace: the store can't take them.
        BadBackup: the backup is damaged.
    """
    wanted = [one for one in archive.files if one.sha256 not in archive.manifest.missing]
    if wanted:
        store.open(make=True)
    elif (rows := archive.manifest.tables.get("file")) is not None and rows.rows:
        with suppress(FilesAway):
            store.open(make=True)  # so that new files can be uploaded, though those of the backup are elsewhere
    for one in wanted:
        with archive.file(one) as content:
            try:
                store.put(content, one.sha256)
            except ValueError:
                raise archive.damaged() from None
    return len(wanted)


def lost(session: Session, store: FileStore, *, whole: bool = False) -> Iterator[LostFile]:
    """The files whose bytes are not in the store, or with ``whole`` are other bytes than they were."""
    if not inspect(session.connection()).has_table(File.__tablename__):
        return
    gone = [sha256 for sha256, size in stored_contents.referenced(session) if not _is_there(store, sha256, size, whole)]
    for first in range(0, len(gone), 500):
        found = select(col(File.id), col(File.name), col(File.sha256)).where(
            col(File.sha256).in_(gone[first : first + 500])
        )
        yield from (LostFile(*row) for row in session.execute(found.order_by(col(File.sha256), col(File.id))))


def told(found: Iterable[LostFile], most: int) -> Sequence[str]:
    """Lines that name files without bytes, at most so many, and how many more there are."""
    listed = list(found)
    lines = [f"  {one.id}  {one.name}" for one in listed[:most]]
    return [*lines, f"  … and {len(listed) - most} more"] if len(listed) > most else lines


def _is_there(store: FileStore, sha256: str, size: int, whole: bool) -> bool:
    with suppress(FilesAway):
        return store.holds(sha256, size) and (not whole or store.is_sound(sha256))
    return False
